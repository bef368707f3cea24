"""Seconds from the command to the first character of an answer of `tune chat`, on a pseudo-terminal:
first_token.py TUNE DIR [ROUNDS]. The question is typed before the prompt appears."""
import os, pty, re, signal, sys, time

QUESTION = "Name three colours."


def once(tune, folder):
    start = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(tune, [tune, "chat", folder, "--max-new-tokens", "8"])
    os.write(terminal, (QUESTION + "\n").encode())
    seen, prompt = "", None
    while True:
        try:
            seen += os.read(terminal, 65536).decode(errors="replace")
        except OSError:
            sys.exit("it ended too early: " + repr(seen))
        if prompt is None and re.search(r"for commands\r?\n> ", seen):
            prompt = time.monotonic() - start
            seen = seen.split("> ")[-1]
        if prompt is not None and re.search(r"\S", seen.replace(QUESTION, "")):
            first = time.monotonic() - start
            break
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return prompt, first


def main():
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    for _ in range(rounds):
        prompt, first = once(sys.argv[1], sys.argv[2])
        print(f"ready after {prompt:.2f} s, first token after {first:.2f} s", flush=True)


main()
