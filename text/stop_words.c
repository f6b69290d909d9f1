/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Function words: articles, pronouns, prepositions, conjunctions, auxiliaries.
 * Only what carries no meaning of its own is here, since a query drops these
 * words when it has others. Folded as the tokenizer folds, without accents;
 * each list sorted as strcmp sorts, for binary search.
 */
#include "stop_words.h"

static const char *const english[] = {
    "a", "about", "above", "after", "again", "against", "all", "am", "among",
    "an", "and", "any", "are", "as", "at", "be", "because", "been", "before",
    "being", "below", "between", "both", "but", "by", "can", "could", "did",
    "do", "does", "doing", "down", "during", "each", "either", "else", "etc",
    "ever", "every", "few", "for", "from", "further", "had", "has", "have",
    "having", "he", "her", "here", "hers", "herself", "him", "himself", "his",
    "how", "however", "i", "if", "in", "into", "is", "it", "its", "itself",
    "may", "me", "might", "mine", "more", "most", "must", "my", "myself",
    "neither", "no", "nor", "not", "of", "off", "on", "once", "only", "onto",
    "or", "other", "ought", "our", "ours", "ourselves", "out", "over", "own",
    "per", "shall", "she", "should", "since", "so", "some", "such", "than",
    "that", "the", "their", "theirs", "them", "themselves", "then", "there",
    "these", "they", "this", "those", "though", "through", "thus", "to", "too",
    "toward", "towards", "under", "until", "up", "upon", "very", "via", "was",
    "we", "were", "what", "whatever", "when", "where", "whether", "which",
    "while", "who", "whom", "whose", "why", "will", "with", "within",
    "without", "would", "yet", "you", "your", "yours", "yourself",
    "yourselves",
};

static const char *const german[] = {
    "aber", "als", "am", "an", "auch", "auf", "aus", "bei", "bin", "bis",
    "das", "dass", "dem", "den", "der", "des", "die", "dies", "diese",
    "dieser", "dieses", "doch", "du", "durch", "ein", "eine", "einem", "einen",
    "einer", "eines", "er", "es", "fur", "haben", "hat", "hatte", "ich", "ihr",
    "ihre", "im", "in", "ist", "ja", "kann", "kein", "keine", "mit", "nach",
    "nicht", "noch", "nur", "ob", "oder", "ohne", "sehr", "sein", "seine",
    "sich", "sie", "sind", "so", "uber", "um", "und", "uns", "unter", "vom",
    "von", "vor", "war", "waren", "was", "wenn", "werden", "wie", "wir",
    "wird", "wo", "zu", "zum", "zur",
};

static const char *const french[] = {
    "a", "au", "aux", "avec", "car", "ce", "cela", "ces", "cet", "cette",
    "dans", "de", "des", "donc", "du", "elle", "elles", "en", "est", "et",
    "ete", "etre", "eu", "il", "ils", "je", "la", "le", "les", "leur", "leurs",
    "lui", "ma", "mais", "me", "mes", "moi", "mon", "ne", "ni", "nos", "notre",
    "nous", "on", "ont", "ou", "par", "pas", "pour", "qu", "que", "qui", "sa",
    "sans", "se", "ses", "si", "son", "sont", "sur", "ta", "te", "tes", "toi",
    "ton", "tu", "un", "une", "vos", "votre", "vous", "y",
};

static const char *const spanish[] = {
    "a", "al", "ante", "como", "con", "cual", "de", "del", "desde", "donde",
    "e", "el", "ella", "ellas", "ellos", "en", "entre", "era", "es", "esa",
    "ese", "eso", "esta", "este", "esto", "ha", "han", "hasta", "hay", "la",
    "las", "le", "les", "lo", "los", "mas", "me", "mi", "muy", "ni", "no",
    "nos", "o", "para", "pero", "por", "porque", "que", "se", "segun", "ser",
    "si", "sin", "sobre", "son", "su", "sus", "tambien", "te", "tu", "un",
    "una", "unas", "uno", "unos", "y", "ya", "yo",
};

static const char *const italian[] = {
    "a", "ad", "agli", "ai", "al", "alla", "alle", "allo", "anche", "che",
    "chi", "ci", "come", "con", "cui", "da", "dagli", "dai", "dal", "dalla",
    "dalle", "dallo", "degli", "dei", "del", "della", "delle", "dello", "di",
    "dove", "e", "ed", "era", "gli", "ha", "hanno", "i", "il", "in", "io",
    "la", "le", "lei", "li", "lo", "loro", "lui", "ma", "mi", "ne", "negli",
    "nei", "nel", "nella", "nelle", "nello", "noi", "non", "o", "per", "piu",
    "quale", "quando", "quella", "quello", "questa", "questo", "se", "si",
    "sono", "su", "sua", "sul", "sulla", "suo", "ti", "tra", "tu", "un", "una",
    "uno", "vi", "voi",
};

static const char *const dutch[] = {
    "aan", "al", "als", "bij", "dan", "dat", "de", "der", "deze", "die", "dit",
    "door", "een", "en", "er", "geen", "had", "heb", "hebben", "heeft", "het",
    "hij", "hoe", "hun", "ik", "in", "is", "je", "kan", "maar", "me", "meer",
    "men", "met", "mij", "mijn", "na", "naar", "niet", "nog", "nu", "of", "om",
    "onder", "ons", "ook", "op", "over", "te", "tegen", "toch", "tot", "u",
    "uit", "uw", "van", "veel", "voor", "want", "waren", "was", "wat", "we",
    "wel", "wie", "wij", "worden", "wordt", "zal", "ze", "zich", "zij", "zijn",
    "zo", "zonder", "zou",
};

static const char *const portuguese[] = {
    "a", "ao", "aos", "as", "ate", "com", "como", "da", "das", "de", "dela",
    "dele", "do", "dos", "e", "ela", "elas", "ele", "eles", "em", "entre",
    "era", "essa", "esse", "esta", "este", "eu", "foi", "ha", "isso", "isto",
    "ja", "lhe", "mais", "mas", "me", "mesmo", "meu", "minha", "muito", "na",
    "nao", "nas", "nem", "no", "nos", "o", "os", "ou", "para", "pela", "pelas",
    "pelo", "pelos", "por", "qual", "quando", "que", "quem", "se", "sem",
    "ser", "seu", "seus", "so", "sua", "suas", "tambem", "te", "tem", "um",
    "uma", "voce",
};

static const char *const swedish[] = {
    "alla", "allt", "an", "ar", "att", "av", "blev", "bli", "blir", "da",
    "dar", "de", "dem", "den", "denna", "deras", "dess", "dessa", "det",
    "detta", "dig", "din", "du", "efter", "ej", "eller", "en", "er", "ett",
    "for", "fran", "ha", "hade", "han", "hans", "har", "hon", "hur", "i",
    "icke", "in", "ingen", "inte", "jag", "kan", "med", "men", "mig", "min",
    "mot", "nar", "nu", "och", "om", "oss", "pa", "sa", "sig", "sin", "som",
    "till", "under", "upp", "ut", "utan", "vad", "var", "vem", "vi", "vid",
};

#define LIST(names, words)                                                  \
    {                                                                       \
        " " names " ", words, sizeof(words) / sizeof *(words)               \
    }

const ost_stop_list ost_stop_lists[] = {
    LIST("english en porter lovins earlyenglish", english),
    LIST("german de german2", german),
    LIST("french fr", french),
    LIST("spanish es", spanish),
    LIST("italian it", italian),
    LIST("dutch nl kraaij_pohlmann", dutch),
    LIST("portuguese pt", portuguese),
    LIST("swedish sv", swedish),
};

const size_t ost_n_stop_lists =
    sizeof ost_stop_lists / sizeof *ost_stop_lists;
