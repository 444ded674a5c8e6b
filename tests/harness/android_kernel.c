/* Runs a program as Android's kernel would for an app: what that kernel does
 * not list kills who calls it (SIGSYS).
 *
 * statx, which some versions do not list either, is allowed: the C library of
 * Linux itself asks for it behind stat(), and so does Rust's standard library
 * there. On Android neither does.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KILLS(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (name), 0, 1), \
                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

int main(int count, char **words) {
    /* By number: these are the same on every architecture, and older headers
     * do not name them. */
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        KILLS(424 /* pidfd_send_signal */),
        KILLS(434 /* pidfd_open */),
        KILLS(436 /* close_range */),
        KILLS(437 /* openat2 */),
        KILLS(438 /* pidfd_getfd */),
        KILLS(439 /* faccessat2 */),
        KILLS(452 /* fchmodat2 */),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (count < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        fprintf(stderr, "no filter: %s\n", strerror(errno));
        return 99;
    }
    execv(words[1], words + 1);
    fprintf(stderr, "%s: %s\n", words[1], strerror(errno));
    return 98;
}
