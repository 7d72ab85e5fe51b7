// Express with multer takes an upload the way one is usually written: bytes in memory, hashed, written and synced to a
// file, then a row in PostgreSQL, or without one a line of JSON that is synced. Arguments: port, folder, PostgreSQL URL.
const crypto = require("node:crypto");
const fs = require("node:fs");
const express = require("express");
const multer = require("multer");

const [port, folder, url] = process.argv.slice(2);
fs.mkdirSync(`${folder}/photos`, { recursive: true });
const upload = multer({ storage: multer.memoryStorage() });

async function rows() {
  if (url) {
    const pool = new (require("pg").Pool)({ connectionString: url, max: 8 });
    await pool.query("create table if not exists bench_photo (id text primary key, sha256 text not null, bytes integer not null)");
    return (row) => pool.query("insert into bench_photo values ($1, $2, $3)", row);
  }
  const lines = await fs.promises.open(`${folder}/rows.jsonl`, "a");
  return async (row) => {
    await lines.appendFile(`${JSON.stringify(row)}\n`);
    await lines.datasync();
  };
}

async function main() {
  const keep = await rows();
  const app = express();
  app.get("/healthz", (_, answer) => answer.send("ok"));
  app.post("/v1/photos", upload.single("file"), async (request, answer) => {
    const bytes = request.file.buffer;
    const sha256 = crypto.createHash("sha256").update(bytes).digest("hex");
    const file = await fs.promises.open(`${folder}/photos/${sha256}`, "w");
    await file.writeFile(bytes);
    await file.datasync();
    await file.close();
    const id = crypto.randomUUID();
    await keep([id, sha256, bytes.length]);
    answer.status(201).json({ id, sha256 });
  });
  app.listen(Number(port), "127.0.0.1");
}

main();
