// SPDX-License-Identifier: GPL-2.0-or-later
//
// The text that bench_text.h describes, for threads that take documents in
// turn: a list of files, each read by the thread that takes it, or a pack.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;

final class PeerLuceneText {
    static final class Document {
        final String id;
        final String text;

        Document(String id, String text) {
            this.id = id;
            this.text = text;
        }
    }

    private final List<String> files; // null for a pack
    private final ByteBuffer pack;    // null for a list
    private int next;

    PeerLuceneText(Path path) throws IOException {
        if (!path.toString().endsWith(".pack")) {
            files = Files.readAllLines(path, StandardCharsets.ISO_8859_1);
            pack = null;
            return;
        }
        files = null;
        try (FileChannel channel = FileChannel.open(path)) {
            pack = channel.map(FileChannel.MapMode.READ_ONLY, 0,
                               channel.size());
        }
    }

    // The next document, null after the last; of several threads each gets
    // another one.
    Document next() throws IOException {
        return pack != null ? nextPacked() : nextFile();
    }

    private Document nextFile() throws IOException {
        String path;
        synchronized (this) {
            if (next >= files.size())
                return null;
            path = files.get(next++);
        }
        byte[] bytes = Files.readAllBytes(Paths.get(path));
        return new Document(path, new String(bytes, StandardCharsets.UTF_8));
    }

    private Document nextPacked() {
        byte[] bytes;
        int number;
        synchronized (this) {
            if (!pack.hasRemaining())
                return null;
            int size = 0;
            for (byte c = pack.get(); c != '\n'; c = pack.get())
                size = size * 10 + (c - '0');
            bytes = new byte[size];
            pack.get(bytes);
            number = ++next;
        }
        return new Document(Integer.toString(number),
                            new String(bytes, StandardCharsets.UTF_8));
    }
}
