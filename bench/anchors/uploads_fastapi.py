"""FastAPI takes an upload the way one is usually written: a plain function on its thread pool hashes the bytes, writes and
syncs a file and commits a row to SQLite with the same promise as ours (synchronous=FULL). Arguments: port, folder."""
import hashlib
import os
import sqlite3
import sys
import threading
import uuid

import uvicorn
from fastapi import FastAPI, UploadFile

port, folder = int(sys.argv[1]), sys.argv[2]
os.makedirs(f"{folder}/photos", exist_ok=True)
database = sqlite3.connect(f"{folder}/server.db", check_same_thread=False, isolation_level=None)
database.execute("pragma journal_mode=wal")
database.execute("pragma synchronous=full")
database.execute("create table photo (id text primary key, sha256 text not null, bytes integer not null)")
writing = threading.Lock()
app = FastAPI()


@app.get("/healthz")
def health():
    return "ok"


@app.post("/v1/photos", status_code=201)
def upload(file: UploadFile):
    data = file.file.read()
    sha256, key = hashlib.sha256(data).hexdigest(), uuid.uuid4().hex
    handle = os.open(f"{folder}/photos/{sha256}", os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.write(handle, data)
        os.fdatasync(handle)
    finally:
        os.close(handle)
    with writing:
        database.execute("insert into photo values (?, ?, ?)", (key, sha256, len(data)))
    return {"id": key, "sha256": sha256}


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
