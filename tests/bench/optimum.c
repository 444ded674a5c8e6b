/* The best efficiency of a window, by trying everything: every cut of every
   run of panes in every width and height. Nothing here is from Mamori.

   A task a line on stdin, `WIDTH HEIGHT ATTENTION ROLE...`: attention is - or
   a number, the active role ends in *. Prints the best efficiency, or "none". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PANES = 8, COLUMNS = 400, ROWS = 110, LEAST_COLUMNS = 20, LEAST_ROWS = 4 };

struct want {
    const char *role;
    double columns, rows, weight;
};

static const struct want wants[] = {
    {"editor", 100, 45, 3}, {"agent", 90, 35, 3},   {"shell", 80, 24, 2},
    {"logs", 120, 15, 1},   {"metrics", 60, 12, 1}, {"control", 80, 10, 1},
};

/* Panes first..last in columns x rows; below 0: there is no way. */
static double best[PANES][PANES][COLUMNS + 1][ROWS + 1];

static double alone(const struct want *pane, int columns, int rows) {
    if (columns < LEAST_COLUMNS || rows < LEAST_ROWS)
        return -1;
    double across = columns < pane->columns ? columns / pane->columns : 1;
    double down = rows < pane->rows ? rows / pane->rows : 1;
    return pane->weight * across * down;
}

static double cut(int first, int last, int columns, int rows) {
    double most = -1;
    for (int until = first; until < last; until++) {
        for (int size = 1; size + 2 <= columns; size++) {
            double one = best[first][until][size][rows];
            double other = best[until + 1][last][columns - size - 1][rows];
            if (one >= 0 && other >= 0 && one + other > most)
                most = one + other;
        }
        for (int size = 1; size + 2 <= rows; size++) {
            double one = best[first][until][columns][size];
            double other = best[until + 1][last][columns][rows - size - 1];
            if (one >= 0 && other >= 0 && one + other > most)
                most = one + other;
        }
    }
    return most;
}

static void fail(const char *why) {
    fprintf(stderr, "optimum: %s\n", why);
    exit(1);
}

int main(void) {
    static char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        int width = atoi(strtok(line, " \n")), height = atoi(strtok(NULL, " \n"));
        const char *attention = strtok(NULL, " \n");
        struct want panes[PANES];
        int count = 0, active = -1;
        double sum = 0;
        for (char *word; (word = strtok(NULL, " \n")); count++) {
            size_t length = strlen(word), known = sizeof wants / sizeof *wants, at = 0;
            if (count == PANES || width > COLUMNS || height > ROWS)
                fail("a task that is too large");
            if (word[length - 1] == '*') {
                word[length - 1] = 0;
                active = count;
            }
            while (at < known && strcmp(word, wants[at].role))
                at++;
            if (at == known)
                fail("a role that nobody knows");
            panes[count] = wants[at];
            sum += wants[at].weight;
        }
        if (*attention != '-') {
            double share = atof(attention), others = sum - panes[active].weight;
            for (int pane = 0; pane < count; pane++)
                panes[pane].weight = pane == active ? share : (1 - share) * panes[pane].weight / others;
            sum = 1;
        }
        for (int length = 1; length <= count; length++)
            for (int first = 0; first + length <= count; first++)
                for (int columns = 1; columns <= width; columns++)
                    for (int rows = 1; rows <= height; rows++)
                        best[first][first + length - 1][columns][rows] =
                            length == 1 ? alone(&panes[first], columns, rows)
                                        : cut(first, first + length - 1, columns, rows);
        double most = best[0][count - 1][width][height];
        if (most < 0)
            puts("none");
        else
            printf("%.15f\n", most / sum);
        fflush(stdout);
    }
    return 0;
}
