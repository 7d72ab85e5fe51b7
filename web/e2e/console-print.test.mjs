/** On paper: each board as a PDF of A4 pages, with its title, its span, whose it is and every row's name. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { colleague, open, stage } from './console-help.mjs';

const run = promisify(execFile);
const PAPERS = resolve(dirname(fileURLToPath(import.meta.url)), '../../target/screens');

let page;
let leader;

const { on, seat } = stage(async () => {
  leader = await colleague(on.server.base, 'leader');
  page = await seat('leader', { colorScheme: 'dark' });
});

/** What the page says on paper, without blanks, and how many pages it takes. */
async function onPaper(name) {
  await mkdir(PAPERS, { recursive: true });
  const path = join(PAPERS, `console-print-${name}.pdf`);
  await page.pdf({ path, preferCSSPageSize: true });
  const { stdout: text } = await run('pdftotext', ['-layout', path, '-']);
  const { stdout: about } = await run('pdfinfo', [path]);
  assert.match(about, /A4/, `${name} is on A4`);
  return { text: text.replace(/\s/g, ''), pages: Number(/Pages:\s+(\d+)/.exec(about)?.[1]) };
}

/** Fails unless each of the words stands on the paper. */
function says({ text }, name, words) {
  for (const one of words) assert.ok(text.includes(one.replace(/\s/g, '')), `${name} says "${one}":\n${text}`);
}

/** The heads and feet of every page. */
const FRAME = ['随手拍督查台', '打印于'];

test('each board is a PDF with its title, span, every row and page numbers', async () => {
  const { items } = await leader.get('/v1/boards');
  assert.ok(items.length > 5);
  for (const { board: id } of items) {
    const board = await leader.get(`/v1/boards/${id}`);
    await open(page, `/boards/${id}`, 'h1');
    const brief = page.getByRole('switch', { name: '只看有数的' });
    await brief.uncheck();
    const paper = await onPaper(id);
    says(paper, id, [board.label, board.span.title, ...board.rows.map((row) => row.name), ...FRAME, `共${paper.pages}页`]);
    assert.ok(!paper.text.includes('下载'), `${id} prints no buttons`);
  }
});

test('trends and lists are PDFs with what they show', async () => {
  await open(page, '/boards/trends', '[data-chart] svg');
  says(await onPaper('trends'), 'trends', ['趋势', '至', '件数', '比率', '受理数', ...FRAME]);
  await open(page, '/rhythm/lists', '.table');
  const { items } = await leader.get('/v1/lists/problems');
  const numbers = items.flatMap((one) => one.number ?? []);
  assert.ok(numbers.length > 0);
  says(await onPaper('lists'), 'lists', ['负面清单', ...numbers, ...FRAME]);
});

test('printing leaves the screen in its colours', async () => {
  await open(page, '/boards/funnel', '.funnel');
  await page.pdf();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
});
