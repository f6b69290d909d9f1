# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the tables of bench/run's report. Input: rows.tsv, asks.tsv, which
# run_steps.sh describes; they are told apart by their number of columns.
# For every awk of POSIX: sorting is our own.

# ---- Numbers ----

# Sorts list[1..n]: Shell's method, quick enough for some hundred numbers.
function sort_numbers(list, n,    gap, i, j, x) {
    for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
        for (i = gap + 1; i <= n; i++) {
            x = list[i]
            for (j = i; j > gap && list[j - gap] > x; j -= gap)
                list[j] = list[j - gap]
            list[j] = x
        }
}

# The values of a row, joined by spaces, as a sorted array; how many.
function values_of(joined, list,    n, i) {
    n = split(joined, list, " ")
    for (i = 1; i <= n; i++)
        list[i] += 0
    sort_numbers(list, n)
    return n
}

function median(joined,    list, n) {
    n = values_of(joined, list)
    return n ? (list[int((n + 1) / 2)] + list[int((n + 2) / 2)]) / 2 : 0
}

function number(x) {
    return sprintf(x < 10 ? "%.2f" : x < 100 ? "%.1f" : "%.0f", x)
}

# "median (least – most)" of values divided by `unit`.
function spread(joined, unit,    list, n) {
    n = values_of(joined, list)
    if (n == 0)
        return ""
    return number(median(joined) / unit) " (" number(list[1] / unit) " – " \
        number(list[n] / unit) ")"
}

# 12345678 as 12,345,678.
function grouped(x,    text, i, out) {
    text = sprintf("%.0f", x)
    for (i = length(text); i > 3; i -= 3)
        out = "," substr(text, i - 2, 3) out
    return substr(text, 1, i) out
}

# ---- Rows ----

function remember(list, counts, group, item) {
    if (!((group, item) in known)) {
        known[group, item] = 1
        list[group, ++counts[group]] = item
    }
}

NF == 6 {
    remember(texts, n_texts, "", $1)
    remember(whats, n_whats, $1 SUBSEP $2, $3)
    remember(keys, n_keys, $1 SUBSEP $2 SUBSEP $3, $5)
    rows[$1, $2, $3, $5] = rows[$1, $2, $3, $5] " " $6
}

# A class of words counts for its length and for all lengths.
NF == 9 {
    remember(sets, n_sets, $1, $4)
    remember(tools, n_tools, $1, $2)
    if ($5 ~ /^(OR|AND) /) {
        kind = $5
        sub(/ .*/, "", kind)
        take(kind ", all")
    }
    take($5)
}

function take(class_name,    group) {
    remember(classes, n_classes, $1 SUBSEP $4, class_name)
    group = $1 SUBSEP $4 SUBSEP class_name
    remember(modes, n_modes, group, $6)
    asked[group, $6, $2, $3] = asked[group, $6, $2, $3] " " $8
    if ($3 > n_rounds)
        n_rounds = $3
    if ($6 == "count" && $3 == 1)
        counted[group, $2] = counted[group, $2] " " $9
    if ($6 == "count" && $3 == 1 && $2 == "Osteon")
        queries[group]++
}

# ---- Tables ----

function get(text, step, what, key) {
    return rows[text, step, what, key]
}

function begin_table(title, remark, heads,    n, i, list) {
    printf "\n### %s\n\n", title
    if (remark != "")
        printf "%s\n\n", remark
    n = split(heads, list, "|")
    printf "|"
    for (i = 1; i <= n; i++)
        printf " %s |", list[i]
    printf "\n|"
    for (i = 1; i <= n; i++)
        printf "---|"
    printf "\n"
}

# One line a tool: speed and size of its best, and its answers to the game.
function short_table(text,    k, tool, first, last, i, what, bytes, all, list) {
    if (!n_whats[text, "build"] || !n_tools[text])
        return
    bytes = get(text, "text", "-", "bytes") + 0
    begin_table("In short", "Build by one thread, text a second, and the " \
        "index in the end; average microseconds of the ten best, queries of " \
        "the game.", "|build MB/s|index bytes|of the text|OR|AND|phrase")
    split("OR, all|AND, all|phrase", list, "|")
    for (k = 1; k <= n_tools[text]; k++) {
        tool = tools[text, k]
        first = last = ""
        for (i = 1; i <= n_whats[text, "build"]; i++) {
            what = whats[text, "build", i]
            if (index(what, tool ",") != 1 && what != tool)
                continue
            if (first == "")
                first = what
            if (last == "" || what ~ /, then /)
                last = what
        }
        all = median(get(text, "build", last, "bytes"))
        printf "| %s | %s | %s | %.1f %% |", tool,
            number(bytes / median(get(text, "build", first, "microseconds"))),
            grouped(all), 100 * all / bytes
        for (i = 1; i <= 3; i++) {
            what = latency(text SUBSEP "game" SUBSEP list[i], "10", tool)
            sub(/ .*/, "", what)
            printf " %s |", what
        }
        printf "\n"
    }
}

function build_table(text,    i, what, bytes, took, size, optimizing) {
    if (!n_whats[text, "build"])
        return
    bytes = get(text, "text", "-", "bytes") + 0
    begin_table("Building", "Seconds of whole processes; peak is the most " \
        "memory the process held.",
        "what|seconds|MB/s|processor seconds|peak MB|index bytes|of the text")
    for (i = 1; i <= n_whats[text, "build"]; i++) {
        what = whats[text, "build", i]
        took = get(text, "build", what, "microseconds")
        size = median(get(text, "build", what, "bytes"))
        optimizing = what ~ /, then /
        printf "| %s | %s | %s | %s | %s | %s | %.1f %% |\n", what,
            spread(took, 1e6),
            optimizing ? "" : number(bytes / median(took)),
            number_or_none(get(text, "build", what, "processor"), 1e6),
            number_or_none(get(text, "build", what, "peak"), 1e6),
            grouped(size), 100 * size / bytes
    }
}

function number_or_none(joined, unit) {
    return joined == "" ? "" : number(median(joined) / unit)
}

function parts_table(text,    i, j, what, part, total, line) {
    if (!n_whats[text, "parts"])
        return
    begin_table("Bytes by part", "", "index|bytes|parts")
    for (i = 1; i <= n_whats[text, "parts"]; i++) {
        what = whats[text, "parts", i]
        total = 0
        line = ""
        for (j = 1; j <= n_keys[text, "parts", what]; j++)
            total += get(text, "parts", what, keys[text, "parts", what, j])
        for (j = 1; j <= n_keys[text, "parts", what]; j++) {
            part = keys[text, "parts", what, j]
            if (get(text, "parts", what, part) + 0 > 0)
                line = line (line == "" ? "" : ", ") part " " \
                    grouped(get(text, "parts", what, part))
        }
        printf "| %s | %s | %s |\n", what, grouped(total), line
    }
}

# "average / median / 99th of a hundred": each of every round, then the
# median of rounds.
function latency(group, mode, tool,    r, n, i, sum, list, avg, mid, high) {
    for (r = 1; r <= n_rounds; r++) {
        n = values_of(asked[group, mode, tool, r], list)
        if (n == 0)
            continue
        sum = 0
        for (i = 1; i <= n; i++)
            sum += list[i]
        avg = avg " " sum / n
        mid = mid " " list[int(n / 2) + 1]
        high = high " " list[int(n * 99 / 100) + 1]
    }
    if (avg == "")
        return ""
    return number(median(avg)) " / " number(median(mid)) " / " \
        number(median(high))
}

function query_table(text, set,    i, j, k, group, mode, heads) {
    heads = "class|queries|what"
    for (k = 1; k <= n_tools[text]; k++)
        heads = heads "|" tools[text, k]
    begin_table("Queries: " set, "Microseconds in process, parsing included, " \
        "one thread: average / median / 99th percentile over the queries of " \
        "the least time of each.", heads)
    for (i = 1; i <= n_classes[text, set]; i++) {
        group = text SUBSEP set SUBSEP classes[text, set, i]
        for (j = 1; j <= n_modes[group]; j++) {
            mode = modes[group, j]
            printf "| %s | %d | %s |", classes[text, set, i],
                queries[group], mode == "count" ? mode : "top " mode
            for (k = 1; k <= n_tools[text]; k++)
                printf " %s |", latency(group, mode, tools[text, k])
            printf "\n"
        }
    }
}

# How far a peer counts as many matches as Osteon: queries with the same
# number, queries within a tenth, and all matches by all of Osteon's.
function agreement(group, tool,    n, i, ours, theirs, same, near, a, b) {
    n = split(counted[group, "Osteon"], ours, " ")
    if (n == 0 || split(counted[group, tool], theirs, " ") != n)
        return ""
    for (i = 1; i <= n; i++) {
        same += ours[i] == theirs[i]
        near += theirs[i] >= ours[i] * 0.9 && theirs[i] <= ours[i] * 1.1
        a += ours[i]
        b += theirs[i]
    }
    return sprintf("%.0f %% / %.0f %% / %s", 100 * same / n, 100 * near / n,
        a > 0 ? sprintf("%.2f", b / a) : "–")
}

function agreement_table(text, set,    i, k, group, heads) {
    if (n_tools[text] < 2)
        return
    heads = "class"
    for (k = 1; k <= n_tools[text]; k++)
        if (tools[text, k] != "Osteon")
            heads = heads "|" tools[text, k]
    begin_table("Counts beside Osteon's: " set, "Queries with the same " \
        "number of matches / within a tenth / all matches by all of Osteon's.",
        heads)
    for (i = 1; i <= n_classes[text, set]; i++) {
        group = text SUBSEP set SUBSEP classes[text, set, i]
        printf "| %s |", classes[text, set, i]
        for (k = 1; k <= n_tools[text]; k++)
            if (tools[text, k] != "Osteon")
                printf " %s |", agreement(group, tools[text, k])
        printf "\n"
    }
}

function times_table(text, step, title, remark,    i, what) {
    if (!n_whats[text, step])
        return
    begin_table(title, remark, "command|milliseconds|peak MB")
    for (i = 1; i <= n_whats[text, step]; i++) {
        what = whats[text, step, i]
        printf "| %s | %s | %s |\n", what,
            spread(get(text, step, what, "microseconds"), 1e3),
            number(median(get(text, step, what, "peak")) / 1e6)
    }
}

function stages_table(text,    i, what, total, took, bytes) {
    if (!n_whats[text, "stages"])
        return
    bytes = get(text, "text", "-", "bytes") + 0
    for (i = 1; i <= n_whats[text, "stages"]; i++)
        total += median(get(text, "stages", whats[text, "stages", i],
            "microseconds"))
    begin_table("Stages of a build", "In one thread, one after another: " \
        "`build_stages`. MB/s are of text.", "stage|seconds|share|MB/s")
    for (i = 1; i <= n_whats[text, "stages"]; i++) {
        what = whats[text, "stages", i]
        took = get(text, "stages", what, "microseconds")
        printf "| %s | %s | %.0f %% | %s |\n", what, spread(took, 1e6),
            100 * median(took) / total, number(bytes / median(took))
    }
    printf "| all | %s | | %s |\n", number(total / 1e6), number(bytes / total)
}

function limits_table(text,    i, what, took, bytes) {
    if (!n_whats[text, "limits"])
        return
    bytes = get(text, "text", "-", "bytes") + 0
    begin_table("Limits of the machine", "`cat` and `wc -w` read the same " \
        "text; as many bytes as the index has are written and synced.",
        "what|MB/s")
    for (i = 1; i <= n_whats[text, "limits"]; i++) {
        what = whats[text, "limits", i]
        took = get(text, "limits", what, "microseconds")
        printf "| %s | %s |\n", what, number(took != "" \
            ? bytes / median(took) \
            : median(get(text, "limits", what, "speed")))
    }
}

function scale_table(text,    i, j, what, bytes, took, line, heads, size, n) {
    if (!n_whats[text, "scale"])
        return
    bytes = get(text, "text", "-", "bytes") + 0
    n = split("term OR AND phrase", line, " ")
    heads = "what|documents|build seconds|MB/s|index bytes"
    for (j = 1; j <= n; j++)
        if (get(text, "scale", "Osteon, 1/1", line[j]) != "")
            heads = heads "|" line[j] " µs"
    begin_table("Cost by size of the text", "Every eighth, fourth, second " \
        "document, and all; one thread. Average of the ten best over the " \
        "queries of the game.", heads)
    for (i = 1; i <= n_whats[text, "scale"]; i++) {
        what = whats[text, "scale", i]
        took = get(text, "scale", what, "microseconds")
        size = what
        sub(/.*\//, "", size)
        printf "| %s | %s | %s | %s | %s |", what,
            grouped(median(get(text, "scale", what, "documents"))),
            spread(took, 1e6), number(bytes / size / median(took)),
            grouped(median(get(text, "scale", what, "bytes")))
        for (j = 1; j <= n; j++)
            if (get(text, "scale", what, line[j]) != "")
                printf " %s |", number(median(get(text, "scale", what,
                    line[j])))
        printf "\n"
    }
}

function memory_table(text,    i, what, threads) {
    if (!n_whats[text, "memory"])
        return
    threads = median(get(text, "memory", "threads", "n"))
    begin_table("Memory of a build", "Osteon, " threads " thread" \
        (threads == 1 ? "" : "s") "; peak is of the process.",
        "--memory|peak MiB|seconds|segments|index bytes")
    for (i = 1; i <= n_whats[text, "memory"]; i++) {
        what = whats[text, "memory", i]
        if (what == "threads")
            continue
        printf "| %s | %s | %s | %s | %s |\n", what,
            spread(get(text, "memory", what, "peak"), 1048576),
            spread(get(text, "memory", what, "microseconds"), 1e6),
            median(get(text, "memory", what, "segments")),
            grouped(median(get(text, "memory", what, "bytes")))
    }
}

END {
    for (t = 1; t <= n_texts[""]; t++) {
        text = texts["", t]
        printf "\n## %s\n\n%s documents, %s bytes.\n", text,
            grouped(get(text, "text", "-", "documents")),
            grouped(get(text, "text", "-", "bytes"))
        short_table(text)
        build_table(text)
        parts_table(text)
        for (s = 1; s <= n_sets[text]; s++) {
            query_table(text, sets[text, s])
            agreement_table(text, sets[text, s])
        }
        times_table(text, "process", "One search, in a process of its own",
            "From start to end of the process, page cache warm.")
        times_table(text, "update", "Updates", "")
        stages_table(text)
        limits_table(text)
        scale_table(text)
        memory_table(text)
    }
}
