"""Talks to `tune chat` through a pseudo-terminal: chat_on_a_terminal.py TUNE MODEL. Exits with 1 where it does not behave."""
import os, pty, re, select, signal, sys, time

LONGEST = 60


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        # Whatever started this in the background may have had it ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # A person's terminal, also where continuous integration starts this.
        os.environ.pop("CI", None)
        os.environ["TERM"] = "xterm"
        os.execv(sys.argv[1], [sys.argv[1], "chat", sys.argv[2], "--temperature", "50", "--seed", "1",
                               "--max-new-tokens", "100000", "dtype=fp32"])
    seen = ""

    def read_until(pattern):
        nonlocal seen
        end = time.monotonic() + LONGEST
        while not re.search(pattern, seen):
            ready = select.select([terminal], [], [], max(0, end - time.monotonic()))[0]
            if not ready:
                sys.exit("no " + repr(pattern) + " in: " + repr(seen))
            try:
                seen += os.read(terminal, 65536).decode(errors="replace")
            except OSError:
                sys.exit("it ended before " + repr(pattern) + ": " + repr(seen))
        seen = seen[re.search(pattern, seen).end():]

    def say(text):
        os.write(terminal, text.encode())

    read_until(r"for commands\r?\n> ")
    say("Tell me a story.\n")
    read_until(r"story\.\r?\n[^\r\n]")
    say("\x03")
    read_until(r"interrupted\]\r?\n> ")
    say("/help\n")
    read_until(r"/reset forgets")
    read_until(r"> $")
    say("\x03")
    end = time.monotonic() + LONGEST
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            sys.exit("Ctrl-C between answers does not end it")
        time.sleep(0.05)
    if os.waitstatus_to_exitcode(status) != 130:
        sys.exit("it ended with " + str(os.waitstatus_to_exitcode(status)))


main()
