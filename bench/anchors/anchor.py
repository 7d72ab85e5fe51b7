"""What every anchor script shares: one thread, own processor time, one line of JSON a round."""
import json
import sys
import time


def serve(name, work):
    """Warms up, says that it is ready, then does `work` once for each line read and prints cost and answer."""
    work()
    print(json.dumps({"ready": name}), flush=True)
    for _ in sys.stdin:
        cpu, wall = time.process_time(), time.perf_counter()
        answer = work()
        cost = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        print(json.dumps({**cost, "answer": answer}), flush=True)
