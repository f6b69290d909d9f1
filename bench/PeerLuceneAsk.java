// SPDX-License-Identifier: GPL-2.0-or-later
//
// Asks Lucene in process, as bench_asks.c asks the others, and prints the same
// lines: java PeerLuceneAsk FOLDER QUERIES MODES PASSES
//
// A mode has PASSES passes at least and goes on until the compiler is done:
// until three passes in a row were not faster, by 2 %, than the best before
// them, or there were 50. There is no cache of queries. Words near each other
// are spans: a sloppy phrase counts words out of order as further apart.

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.queryparser.classic.ParseException;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.spans.SpanNearQuery;
import org.apache.lucene.search.spans.SpanQuery;
import org.apache.lucene.search.spans.SpanTermQuery;
import org.apache.lucene.store.MMapDirectory;

final class PeerLuceneAsk {
    private static final int PASSES_MOST = 50;
    private static final int STABLE = 3;
    private static final int BETWEEN = 4; // words near each other: bench_asks.h

    private static final class Ask {
        String[] columns; // set, class, kind, words
        String text;
        double best;
        long hits;
    }

    private static String write(String kind, String words) {
        if (kind.equals("phrase"))
            return '"' + words + '"';
        return kind.equals("and") ? "+" + words.replace(" ", " +") : words;
    }

    private static List<Ask> read(String path) throws IOException {
        List<Ask> asks = new ArrayList<>();
        for (String line :
             Files.readAllLines(Paths.get(path), StandardCharsets.UTF_8)) {
            Ask ask = new Ask();
            ask.columns = line.split("\t");
            ask.text = write(ask.columns[2], ask.columns[3]);
            asks.add(ask);
        }
        return asks;
    }

    // Words that are not indexed, which nothing can be near to, are left out.
    private static Query near(QueryParser parser, String words)
        throws ParseException {
        List<SpanQuery> clauses = new ArrayList<>();
        for (String word : words.split(" ")) {
            Query query = parser.parse(word);
            if (query instanceof TermQuery) {
                Term term = ((TermQuery) query).getTerm();
                clauses.add(new SpanTermQuery(term));
            }
        }
        if (clauses.size() < 2)
            return clauses.isEmpty() ? new MatchNoDocsQuery()
                                     : clauses.get(0);
        return new SpanNearQuery(clauses.toArray(new SpanQuery[0]), BETWEEN,
                                 false);
    }

    private static Query parse(QueryParser parser, Ask ask)
        throws ParseException {
        return ask.columns[2].equals("near") ? near(parser, ask.text)
                                             : parser.parse(ask.text);
    }

    private static long answer(IndexSearcher searcher, QueryParser parser,
                               Ask ask, int limit)
        throws IOException, ParseException {
        if (limit == 0)
            return searcher.count(parse(parser, ask));
        return searcher.search(parse(parser, ask), limit).scoreDocs.length;
    }

    // One pass over all queries; its microseconds.
    private static double pass(IndexSearcher searcher, QueryParser parser,
                               List<Ask> asks, int limit)
        throws IOException, ParseException {
        double sum = 0;
        for (Ask ask : asks) {
            long from = System.nanoTime();
            ask.hits = answer(searcher, parser, ask, limit);
            double took = (System.nanoTime() - from) / 1e3;
            ask.best = Math.min(ask.best, took);
            sum += took;
        }
        return sum;
    }

    private static void runMode(IndexSearcher searcher, QueryParser parser,
                                List<Ask> asks, String mode, int passes)
        throws IOException, ParseException {
        int limit = mode.equals("count") ? 0 : Integer.parseInt(mode);
        double fastest = Double.MAX_VALUE;
        int stable = 0;
        for (Ask ask : asks)
            ask.best = Double.MAX_VALUE;
        for (int i = 0; i < PASSES_MOST && (i < passes || stable < STABLE);
             i++) {
            double took = pass(searcher, parser, asks, limit);
            stable = took < fastest * 0.98 ? 0 : stable + 1;
            fastest = Math.min(fastest, took);
        }
        for (int i = 0; i < asks.size(); i++) {
            Ask ask = asks.get(i);
            System.out.printf(Locale.ROOT, "%s\t%s\t%s\t%d\t%.2f\t%d%n",
                              ask.columns[0], ask.columns[1], mode, i + 1,
                              ask.best, ask.hits);
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 4) {
            System.err.println(
                "usage: PeerLuceneAsk FOLDER QUERIES MODES PASSES");
            System.exit(2);
        }
        List<Ask> asks = read(args[1]);
        try (MMapDirectory directory = new MMapDirectory(Paths.get(args[0]));
             DirectoryReader reader = DirectoryReader.open(directory)) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            QueryParser parser =
                new QueryParser("text", PeerLuceneIndex.analyzer());
            for (String mode : args[2].split(","))
                runMode(searcher, parser, asks, mode,
                        Integer.parseInt(args[3]));
        }
    }
}
