"""System calls by name: their numbers on x86_64 and aarch64, and which a worker is refused.

An entry is `name:number on x86_64:number on aarch64`, from the kernel's headers
(asm/unistd_64.h, asm-generic/unistd.h); "-" where a machine does not have the call.
"""


def numbers(table: str) -> dict[str, tuple[int | None, int | None]]:
    """The entries of a table; what follows a `#` in its line is for the reader."""
    lines = (line.split("#")[0] for line in table.splitlines())
    entries = (entry.split(":") for line in lines for entry in line.split())
    return {name: (number(x86), number(arm)) for name, x86, arm in entries}


def number(word: str) -> int | None:
    """A number of the table."""
    return None if word == "-" else int(word)


ALWAYS_REFUSED = numbers("""
    # another process's memory and files
    ptrace:101:117 process_vm_readv:310:270 process_vm_writev:311:271 process_madvise:440:440
    process_mrelease:448:448 kcmp:312:272 pidfd_open:434:434 pidfd_send_signal:424:424
    pidfd_getfd:438:438 move_pages:279:239 migrate_pages:256:238
    # another program, in which nothing of what guards this one would be
    execve:59:221 execveat:322:281
    # mounts and namespaces
    mount:165:40 umount2:166:39 pivot_root:155:41 chroot:161:51 fsopen:430:430 fsconfig:431:431
    fsmount:432:432 fspick:433:433 open_tree:428:428 open_tree_attr:467:467 move_mount:429:429
    mount_setattr:442:442 unshare:272:97 setns:308:268 clone3:435:435
    # the kernel's larger doors
    keyctl:250:219 add_key:248:217 request_key:249:218 bpf:321:280 perf_event_open:298:241
    userfaultfd:323:282 io_uring_setup:425:425 io_uring_enter:426:426 io_uring_register:427:427
    fanotify_init:300:262 fanotify_mark:301:263 open_by_handle_at:304:265
    name_to_handle_at:303:264 lookup_dcookie:212:18 modify_ldt:154:- iopl:172:- ioperm:173:-
    personality:135:92 nfsservctl:180:42 uselib:134:- _sysctl:156:-
    # the machine
    kexec_load:246:104 kexec_file_load:320:294 init_module:175:105 finit_module:313:273
    delete_module:176:106 swapon:167:224 swapoff:168:225 reboot:169:142 sethostname:170:161
    setdomainname:171:162 settimeofday:164:170 clock_settime:227:112 clock_adjtime:305:266
    adjtimex:159:171 acct:163:89 quotactl:179:60 quotactl_fd:443:443 syslog:103:116
    vhangup:153:58
    # memory that no process shows
    memfd_create:319:279 memfd_secret:447:447 shmget:29:194 shmat:30:196 shmctl:31:195
    semget:64:190 semop:65:193 semctl:66:191 semtimedop:220:192 msgget:68:186 msgsnd:69:189
    msgrcv:70:188 msgctl:71:187 mq_open:240:180 mq_unlink:241:181
""")

REFUSED_WITHOUT_NAMESPACES = numbers("""
    # files that Landlock lets be changed
    chmod:90:- fchmod:91:52 fchmodat:268:53 fchmodat2:452:452 chown:92:- fchown:93:55
    lchown:94:- fchownat:260:54 utime:132:- utimes:235:- futimesat:261:- utimensat:280:88
    setxattr:188:5 lsetxattr:189:6 fsetxattr:190:7 setxattrat:463:463 removexattr:197:14
    lremovexattr:198:15 fremovexattr:199:16 removexattrat:466:466 file_setattr:469:469
    truncate:76:45 openat2:437:437 inotify_init:253:- inotify_init1:294:26
    # sockets and processes of the same user
    socket:41:198 connect:42:203 bind:49:200 setpriority:141:140 ioprio_set:251:30
    sched_setparam:142:118 sched_setscheduler:144:119 sched_setattr:314:274
    sched_setaffinity:203:122
""")

REFUSED_WITH_SIGNALS = numbers("""
    tkill:200:130 rt_sigqueueinfo:129:138 rt_tgsigqueueinfo:297:240
""")

BY_ARGUMENTS = numbers("""
    clone:56:220 socket:41:198 socketpair:53:199 open:2:- openat:257:56 prlimit64:302:261
    fcntl:72:25 ioctl:16:29 kill:62:129 tgkill:234:131
""")

NUMBERS = ALWAYS_REFUSED | REFUSED_WITHOUT_NAMESPACES | REFUSED_WITH_SIGNALS | BY_ARGUMENTS
