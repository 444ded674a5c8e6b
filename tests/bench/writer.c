/* One write(2) for each line of 102 bytes, at the end of a log, so many a second;
 * on SIGTERM says how many it wrote. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 102, BURST = 100 };

static volatile sig_atomic_t stop;

static void term(int signal) {
    (void)signal;
    stop = 1;
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: writer LOG LINES_PER_SECOND\n");
        return 2;
    }
    int file = open(arguments[1], O_WRONLY | O_CREAT | O_APPEND, 0644);
    long rate = strtol(arguments[2], NULL, 10);
    if (file < 0 || rate < BURST) {
        perror(arguments[1]);
        return 1;
    }
    signal(SIGTERM, term);
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    long number = 0;
    char line[LINE + 1];
    while (!stop) {
        for (int burst = 0; burst < BURST; burst++) {
            memset(line, 'a' + (int)(number % 26), LINE);
            /* The digit that follows the number takes the place of its end. */
            line[snprintf(line, sizeof line, "%012ld", number)] = ' ';
            line[LINE - 1] = '\n';
            if (write(file, line, LINE) != LINE) {
                perror("write");
                return 1;
            }
            number++;
        }
        next.tv_nsec += 1000000000L / rate * BURST;
        if (next.tv_nsec >= 1000000000L) {
            next.tv_nsec -= 1000000000L;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
    printf("%ld\n", number);
    return 0;
}
