namespace Millrace.Kernel.Sandbox;

/// <summary>
/// The system calls that a kernel may not make once it is warm. A decoder needs memory, threads, a clock and the two
/// descriptors that it has; so nothing here is missed, by an ordinary .NET process nor by Native AOT.
/// </summary>
internal static class DeniedCalls
{
    /// <summary>
    /// Answered with "no such call", so that the C library falls back to clone, whose flags a filter can see.
    /// </summary>
    public const string CloneWithStructure = "clone3";

    /// <summary>Denied whatever the arguments.</summary>
    public static string[] Always { get; } =
    [
        // files
        "open", "openat", "creat", "open_by_handle_at", "name_to_handle_at", "memfd_create",
        "rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat", "symlink", "symlinkat",
        "mkdir", "mkdirat", "rmdir", "mknod", "mknodat", "truncate",
        "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "setxattr", "lsetxattr", "fsetxattr",
        "utime", "utimes", "utimensat", "futimesat", "readlink", "readlinkat",
        "inotify_init", "inotify_init1", "fanotify_init",
        // network
        "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "setsockopt",
        // processes
        "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "kcmp",
        "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setpriority", "ioprio_set", "migrate_pages", "move_pages",
        "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid",
        "capset", "setsid", "setpgid", "personality",
        // the machine
        "mount", "umount2", "pivot_root", "chroot", "chdir", "fchdir", "setns", "unshare", "bpf",
        "perf_event_open", "userfaultfd",
        "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff",
        "add_key", "request_key", "keyctl", "acct", "quotactl", "syslog", "iopl", "ioperm", "vhangup",
        "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname",
        // shared memory and queues
        "shmget", "shmat", "msgget", "semget", "mq_open", "mq_unlink",
    ];

    /// <summary>
    /// Denied whatever the arguments; younger than some libseccomp, so with the number all machines share.
    /// </summary>
    public static (string Name, int Number)[] Newer { get; } =
    [
        ("io_uring_setup", 425), ("io_uring_enter", 426), ("io_uring_register", 427),
        ("open_tree", 428), ("move_mount", 429), ("fsopen", 430), ("fsconfig", 431), ("fsmount", 432), ("fspick", 433),
        ("pidfd_open", 434), (CloneWithStructure, 435), ("openat2", 437), ("pidfd_getfd", 438),
        ("process_madvise", 440), ("mount_setattr", 442), ("quotactl_fd", 443), ("memfd_secret", 447),
        ("process_mrelease", 448), ("fchmodat2", 452), ("setxattrat", 463), ("open_tree_attr", 467),
        ("pidfd_send_signal", 424),
    ];

    /// <summary>
    /// Denied unless the argument names the caller itself: by 0, or by its own process id where 0 means a group.
    /// </summary>
    public static (string Name, uint Argument, bool SelfIsZero)[] OnOtherProcesses { get; } =
    [
        ("kill", 0, false), ("tgkill", 0, false),
        ("prlimit64", 0, true), ("sched_setscheduler", 0, true), ("sched_setparam", 0, true),
        ("sched_setattr", 0, true), ("sched_setaffinity", 0, true),
    ];
}
