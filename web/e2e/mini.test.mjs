/** The mini-program on a phone, by clicking only, against the real server: report, +1, no signal, proof, rating, contest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { photo } from './mini-draw.mjs';
import { choose, PLACE, prove, RUN, shutter, stage, submit } from './mini-help.mjs';

const { on, phone, staff, sound, report } = stage();

test('from a photo to a rated fix, with a proof refused on the way', { timeout: 180_000 }, async () => {
  const citizen = await phone();
  await sound(citizen, 'snap');
  const tapped = Date.now();
  await choose(citizen, shutter(citizen), [await photo(citizen, RUN + 11, true)]);
  await citizen.getByText(/社区第\d+网格/).first().waitFor();
  await sound(citizen, 'compose');
  await citizen.getByRole('button', { name: '改位置' }).click();
  await citizen.getByRole('application', { name: '标出问题的位置' }).press('ArrowUp');
  await sound(citizen, 'pin');
  await citizen.getByRole('button', { name: '就是这里' }).click();
  await citizen.getByText('您在地图上标的位置').waitFor();
  await citizen.getByLabel('补充说明').fill('路边一堆垃圾没人清');
  await citizen.getByRole('button', { name: '暴露垃圾', exact: true }).click();
  await submit(citizen).click();
  await citizen.getByText('收到了，谢谢您').waitFor();
  assert.ok(Date.now() - tapped < 60_000);
  await sound(citizen, 'sent');
  await citizen.getByRole('button', { name: '看进度' }).click();
  await citizen.getByText(/已交由.*办理/).waitFor({ timeout: 30_000 });
  await sound(citizen, 'report');

  const elsewhere = { ...PLACE, longitude: 120.463, latitude: 36.3685 };
  await report(await phone({ geolocation: elsewhere }), 13);

  const handler = await staff('handler-huanxiu', elsewhere);
  await handler.getByRole('button', { name: '按距离' }).click();
  await handler.getByRole('button', { name: /暴露垃圾.*待处置/ }).first().waitFor();
  await sound(handler, 'tasks');
  await handler.context().setGeolocation(PLACE);
  await handler.reload();
  await handler.getByRole('button', { name: '任务', exact: true }).click();
  await handler.getByRole('button', { name: '按距离' }).click();
  await handler.getByRole('button', { name: /^暴露垃圾.*待处置\s*\d+ 米/ }).first().click();
  await handler.getByText('路边一堆垃圾没人清').waitFor();
  await handler.getByRole('button', { name: '签收' }).click();
  const handIn = handler.getByRole('button', { name: '提交处置' });
  await handIn.click();
  await handler.getByText('您就在现场').waitFor();
  await handler.getByRole('button', { name: '拍照', exact: true }).click();
  await handler.getByRole('button', { name: '用手机相机' }).waitFor();
  await sound(handler, 'viewfinder');
  await choose(handler, handler.getByRole('button', { name: '用手机相机' }), [await photo(handler, RUN + 13, true)]); // another ticket's
  await handler.getByRole('img', { name: '第 1 张照片' }).waitFor();
  await handIn.last().click();
  await handler.getByText('不通过').first().waitFor({ timeout: 60_000 });
  await handler.getByText(/就是另一案件/).waitFor();
  await sound(handler, 'refused');

  await handIn.click();
  await prove(handler, await photo(handler, RUN + 11, false));
  await handIn.last().click();
  await handler.getByText('已销号').first().waitFor({ timeout: 60_000 });

  await citizen.reload();
  await citizen.getByRole('slider', { name: /对比处置前后/ }).waitFor({ timeout: 30_000 });
  await sound(citizen, 'closed');
  await citizen.getByRole('button', { name: '修好了，去评价' }).click();
  await citizen.getByRole('button', { name: /5 星/ }).click();
  await sound(citizen, 'rate');
  await citizen.getByRole('button', { name: '评价', exact: true }).last().click();
  await citizen.getByRole('img', { name: '5 星' }).waitFor({ timeout: 30_000 });
});

test('a neighbour says: this one, +1', { timeout: 120_000 }, async () => {
  const place = { ...PLACE, longitude: 120.4655, latitude: 36.35 };
  const first = await phone({ geolocation: place });
  await report(first, 21);
  const second = await phone({ geolocation: place });
  await choose(second, shutter(second), [await photo(second, RUN + 22, true)]);
  await second.getByRole('button', { name: /是这件/ }).first().waitFor({ timeout: 30_000 });
  await sound(second, 'nearby');
  await second.getByRole('button', { name: /是这件/ }).first().click();
  await second.getByText('办理过程').waitFor();
  await second.getByRole('button', { name: '返回' }).click();
  await second.getByRole('button', { name: '我的', exact: true }).click();
  await second.getByRole('button', { name: '我关注的' }).click();
  await second.getByRole('button', { name: /暴露垃圾/ }).first().waitFor();
  await sound(second, 'mine');
  await second.getByRole('button', { name: '周边', exact: true }).click();
  await second.getByText('离您最近的').waitFor();
  await sound(second, 'around');
  const mark = await second.evaluate(() => {
    const middle = document.querySelector('.map-svg').getBoundingClientRect();
    const [cx, cy] = [middle.x + middle.width / 2, middle.y + middle.height / 2];
    const spots = [...document.querySelectorAll('.map-mark')].map((m) => m.getBoundingClientRect()).map((r) => [r.x + r.width / 2, r.y + r.height / 2]);
    return spots.sort((p, q) => Math.hypot(p[0] - cx, p[1] - cy) - Math.hypot(q[0] - cx, q[1] - cy))[0];
  });
  await second.touchscreen.tap(mark[0] + 6, mark[1] + 6); // beside it, as fingers do
  await second.locator('.map-chosen').waitFor();
  await second.getByRole('button', { name: '曝光与回音' }).click();
  await second.getByText('现在没有曝光的问题').waitFor();
  await sound(second, 'exposures');
});

test('no signal, a killed page: the report is sent later', { timeout: 120_000 }, async () => {
  const page = await phone({ geolocation: { ...PLACE, longitude: 120.448, latitude: 36.3555 } });
  page.forgive(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  await page.getByText('已定位').waitFor();
  await page.context().setOffline(true);
  await choose(page, shutter(page), [await photo(page, RUN + 31, true)]);
  await page.getByLabel('补充说明').fill('电梯里拍的');
  await submit(page).click();
  await page.getByText(/已保存|等待发送/).first().waitFor();
  await page.getByText('没有网络').waitFor();
  await sound(page, 'offline');
  const context = page.context();
  await page.close();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto('/m/');
  await again.getByRole('button', { name: '我的', exact: true }).click();
  await again.getByRole('button', { name: /电梯里拍的|待受理|待处置|待派遣/ }).first().waitFor({ timeout: 30_000 });
});

test('a patrol without signal: open, sign in and prove, sent in their order later', { timeout: 120_000 }, async () => {
  const page = await staff('handler-huanxiu', { ...PLACE, longitude: 120.457768, latitude: 36.358697 });
  page.forgive(/ERR_INTERNET_DISCONNECTED|Failed to fetch|net::ERR_FAILED/);
  const task = page.getByRole('button', { name: /暴露垃圾.*待处置/ }).last();
  await task.waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForTimeout(3000); // what is fetched ahead
  await page.context().setOffline(true);
  await page.reload();
  await page.getByRole('button', { name: '任务', exact: true }).click();
  await task.click();
  await page.getByRole('button', { name: '签收' }).click();
  await page.getByText('没有网络').last().waitFor();
  await page.waitForFunction(() => document.querySelector('.hero-img')?.naturalWidth > 0); // the photo that guides the fix
  await page.getByRole('button', { name: '提交处置' }).click();
  await prove(page, await photo(page, RUN + 81, false));
  await page.getByRole('button', { name: '提交处置' }).last().click();
  await page.getByRole('region', { name: '待发送' }).nth(1).waitFor();
  await sound(page, 'patrol');
  await page.context().setOffline(false);
  await page.getByText(/处置照片第 1 次核查/).waitFor({ timeout: 60_000 });
});

test('a draft outlives its page', { timeout: 60_000 }, async () => {
  const page = await phone();
  await choose(page, shutter(page), [await photo(page, RUN + 41, true), await photo(page, RUN + 42, true)].slice(0, 1));
  await page.getByLabel('补充说明').fill('写到一半');
  await page.waitForTimeout(300);
  await page.reload();
  await page.getByRole('img', { name: '第 1 张照片' }).waitFor();
  assert.equal(await page.getByLabel('补充说明').inputValue(), '写到一半');
});

test('a 网格员 fixes on the spot, without signal, and it is sent when there is one', { timeout: 180_000 }, async () => {
  const page = await staff('grid-huanxiu1', { ...PLACE, longitude: 120.46, latitude: 36.3605 });
  page.forgive(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  await page.getByRole('button', { name: '拍一拍', exact: true }).click();
  await page.getByText('已定位').waitFor();
  await page.context().setOffline(true);
  await choose(page, shutter(page), [await photo(page, RUN + 71, true)]);
  await page.getByRole('button', { name: '拍处理后' }).click();
  await choose(page, page.getByRole('button', { name: '用手机相机' }), [await photo(page, RUN + 71, false)]);
  await page.getByRole('img', { name: '第 1 张照片' }).nth(1).waitFor();
  await page.getByRole('button', { name: '上报并已处置' }).click();
  await page.getByText('没有网络').waitFor();
  await page.context().setOffline(false);
  await page.getByText('收到了，谢谢您').waitFor({ timeout: 30_000 });
});
