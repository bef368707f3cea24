"""Many clients at once against `tune serve`: serve_load.py TUNE DIR [MINUTES] [CLIENTS] [PORT].

Each client sends requests one after the other: whole answers, streams, streams that it leaves after the first event, broken
JSON, unknown models, prompts beyond the context, and bodies beyond the limit. Prints what came back and the server's memory,
then kills the server while it answers and starts it again. Exits with 1 if an answer is not the expected one, if places stay
taken, or if memory after the first quarter grows by more than a tenth.
"""
import collections, http.client, json, os, random, signal, subprocess, sys, threading, time

TUNE, FOLDER = sys.argv[1], sys.argv[2]
MINUTES = float(sys.argv[3]) if len(sys.argv) > 3 else 10
CLIENTS = int(sys.argv[4]) if len(sys.argv) > 4 else 100
PORT = int(sys.argv[5]) if len(sys.argv) > 5 else 8123
CHAT = "/v1/chat/completions"


def start():
    server = subprocess.Popen([TUNE, "serve", FOLDER, "--port", str(PORT), "max_queue=1000"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              start_new_session=True)
    for _ in range(600):
        try:
            return server, json.loads(get("/v1/models"))["data"][-1]["id"]
        except OSError:
            if server.poll() is not None:
                sys.exit("the server ended: " + server.stderr.read())
            time.sleep(0.1)
    sys.exit("the server did not start")


def get(path):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def gauge(name):
    values = [line.split() for line in get("/metrics").splitlines() if not line.startswith("#")]
    return next(float(value[-1]) for value in values if value[0].split("{")[0].endswith(name))


def memory(pid):
    """Resident memory in MB. The launcher has become the JVM."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def body(model, stream, words):
    return json.dumps({"model": model, "stream": stream, "max_tokens": random.choice([4, 16, 40]), "temperature": 0.7,
                       "messages": [{"role": "user", "content": "What is the opposite of " + " ".join(words) + "?"}]})


def ask(kind, model):
    """Sends a request; returns what is wrong with the answer, or nothing."""
    words = random.choices(["love", "big", "hot", "day", "begin"], k=random.choice([1, 3, 20]))
    text, expected = {
        "answer": (body(model, False, words), 200),
        "stream": (body(model, True, words), 200),
        "leave": (body(model, True, words), 200),
        "broken": ('{"model": ', 400),
        "unknown": (body("nobody", False, words), 404),
        "long": (body(model, False, words * 2000), 400),
        "huge": ("x" * (5 << 20), 413),
    }[kind]
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    try:
        connection.request("POST", CHAT, text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if kind == "leave":
            answer.read(64)
            return None
        content = answer.read().decode()
        if answer.status != expected:
            return f"{kind}: status {answer.status} instead of {expected}: {content[:200]}"
        if kind == "stream":
            return None if content.rstrip().endswith("data: [DONE]") else f"{kind}: ended with {content[-100:]!r}"
        parsed = json.loads(content)
        if expected == 200:
            return None if parsed["choices"][0]["message"]["content"] is not None else f"{kind}: {content[:200]}"
        return None if "message" in parsed["error"] and "\tat " not in content else f"{kind}: {content[:200]}"
    except (OSError, http.client.HTTPException) as e:
        # A server may close the connection while a body beyond its limit is still sent.
        return None if kind == "huge" else f"{kind}: {e!r}"
    finally:
        connection.close()


def main():
    server, model = start()
    counts, wrong, lock = collections.Counter(), [], threading.Lock()
    end = time.monotonic() + MINUTES * 60

    def client(seed):
        choose = random.Random(seed)
        while time.monotonic() < end:
            kind = choose.choices(["answer", "stream", "leave", "broken", "unknown", "long", "huge"], [50, 25, 10, 5, 5, 3, 2])[0]
            problem = ask(kind, model)
            with lock:
                counts[kind] += 1
                if problem:
                    wrong.append(problem)

    threads = [threading.Thread(target=client, args=(seed,)) for seed in range(CLIENTS)]
    for thread in threads:
        thread.start()
    sizes = []
    while time.monotonic() < end:
        time.sleep(min(10, MINUTES * 15))
        sizes.append(memory(server.pid))
    for thread in threads:
        thread.join()
    time.sleep(2)
    running, waiting = gauge("running_requests"), gauge("waiting_requests")
    print("requests", dict(counts), "wrong", len(wrong), "memory MB", sizes, "running", running, "waiting", waiting)
    for problem in wrong[:10]:
        print(problem)
    busy = [threading.Thread(target=ask, args=("stream", model)) for _ in range(10)]
    for thread in busy:
        thread.start()
    time.sleep(0.2)
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    for thread in busy:
        thread.join()
    server, model = start()
    again = ask("answer", model)
    os.kill(server.pid, signal.SIGTERM)
    server.wait(30)
    early = max(sizes[: max(1, len(sizes) // 4)])
    flat = max(sizes) <= early * 1.1
    print("after kill -9:", again or "it answers again", "; memory is", "flat" if flat else "growing")
    sys.exit(0 if not wrong and not again and flat and running == 0 and waiting == 0 else 1)


main()
