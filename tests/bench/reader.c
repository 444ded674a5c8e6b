/* The peer of `mamori-status`: the least a program can do that reads the same
 * file and prints a line of the same kind. Linked statically, with -O2. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    static char head[4096];
    char line[80];
    int file = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    ssize_t size = file < 0 ? 0 : read(file, head, sizeof head);
    memset(line, ' ', sizeof line);
    memcpy(line, head, size < 79 ? (size_t)(size > 0 ? size : 0) : 79);
    line[79] = '\n';
    return write(1, line, sizeof line) == sizeof line ? 0 : 1;
}
