// SPDX-License-Identifier: GPL-2.0-or-later
//
// Lucene's index of a text: EnglishAnalyzer, positions, no text stored but the
// id, a buffer of 1 GB, no compound files. With the property keepStopWords the
// analyzer leaves out no word.
//   java PeerLuceneIndex build FOLDER TEXT THREADS TIMES
//        makes the index TIMES times, prints the seconds of the last
//   java PeerLuceneIndex merge FOLDER    leaves one segment
//   java PeerLuceneIndex version

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Version;

final class PeerLuceneIndex {
    static EnglishAnalyzer analyzer() {
        return Boolean.getBoolean("keepStopWords")
            ? new EnglishAnalyzer(CharArraySet.EMPTY_SET)
            : new EnglishAnalyzer();
    }

    private static IndexWriterConfig config(IndexWriterConfig.OpenMode mode) {
        IndexWriterConfig config = new IndexWriterConfig(analyzer());
        config.setOpenMode(mode);
        config.setRAMBufferSizeMB(1024);
        config.setUseCompoundFile(false);
        config.getMergePolicy().setNoCFSRatio(0);
        return config;
    }

    private static void addAll(IndexWriter writer, PeerLuceneText text)
        throws IOException {
        PeerLuceneText.Document from;
        while ((from = text.next()) != null) {
            Document document = new Document();
            document.add(new StoredField("id", from.id));
            document.add(new TextField("text", from.text, Field.Store.NO));
            writer.addDocument(document);
        }
    }

    private static void build(Path folder, Path source, int threads)
        throws Exception {
        PeerLuceneText text = new PeerLuceneText(source);
        try (FSDirectory directory = FSDirectory.open(folder);
             IndexWriter writer = new IndexWriter(
                 directory, config(IndexWriterConfig.OpenMode.CREATE))) {
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            List<Future<?>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++)
                parts.add(pool.submit(() -> {
                    addAll(writer, text);
                    return null;
                }));
            for (Future<?> part : parts)
                part.get();
            pool.shutdown();
            writer.commit();
        }
    }

    private static void merge(Path folder) throws IOException {
        try (FSDirectory directory = FSDirectory.open(folder);
             IndexWriter writer = new IndexWriter(
                 directory, config(IndexWriterConfig.OpenMode.APPEND))) {
            writer.forceMerge(1);
            writer.commit();
        }
    }

    public static void main(String[] args) throws Exception {
        String command = args.length > 0 ? args[0] : "";
        if (command.equals("build") && args.length == 5) {
            double seconds = 0;
            for (int i = 0; i < Integer.parseInt(args[4]); i++) {
                long from = System.nanoTime();
                build(Paths.get(args[1]), Paths.get(args[2]),
                      Integer.parseInt(args[3]));
                seconds = (System.nanoTime() - from) / 1e9;
            }
            System.out.printf(Locale.ROOT, "%.4f%n", seconds);
        } else if (command.equals("merge") && args.length == 2) {
            merge(Paths.get(args[1]));
        } else if (command.equals("version") && args.length == 1) {
            System.out.println(Version.LATEST + ", Java " +
                               System.getProperty("java.version"));
        } else {
            System.err.println("usage: PeerLuceneIndex " +
                "build FOLDER TEXT THREADS TIMES | merge FOLDER | version");
            System.exit(2);
        }
    }
}
