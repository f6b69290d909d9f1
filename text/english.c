/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words that have no ending of English. The stemmer (Porter 2001, "The English
 * (Porter2) stemming algorithm") only ever takes off or changes an ending of a
 * short list, or one of a few whole words, which have such endings too; nothing
 * in front of it. So the last letters often tell that it would do nothing: of
 * numbers, names and joined forms nearly always, and asking it costs some 300
 * ns.
 */
#include "english.h"

static bool ends(const char *word, size_t len, const char *ending)
{
    const size_t n = strlen(ending);

    return len >= n && memcmp(word + len - n, ending, n) == 0;
}

bool ost_english_stays(const char *word, size_t len)
{
    const char before = len > 1 ? word[len - 2] : '\0';

    if (len <= 2)
        return true;
    if (word[0] == '\'')
        return false;
    switch (word[len - 1]) {
    case '\'':
    case 'e':
        return false;
    case 'c': /* ic */
        return before != 'i';
    case 'd': /* ed */
        return before != 'e';
    case 'g': /* ing */
        return before != 'n';
    case 'i': /* enci li iti ogi */
        return memchr("cltg", before, 4) == NULL;
    case 'l': /* al ful, and the second of two */
        return memchr("aul", before, 3) == NULL;
    case 'm': /* ism */
        return before != 's';
    case 'n': /* ion */
        return before != 'o';
    case 'r': /* er ator */
        return before != 'e' && before != 'o';
    case 's': /* all but us and ss; ous ness */
        return (before == 'u' && !ends(word, len, "ous")) ||
               (before == 's' && !ends(word, len, "ess"));
    case 't': /* ant ent */
        return before != 'n';
    case 'y': /* behind a consonant; a y may be one */
        return memchr("aeiou", before, 5) != NULL;
    default:
        return true;
    }
}
