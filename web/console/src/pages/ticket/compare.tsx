/** Before and after under one slider, with the changes laid over. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { PARTS, moment } from '../../../../shared/words';
import type { S } from '../../lib/api';
import { changes } from '../../lib/queries';
import { Picture } from '../../parts/bits';
import { Switch } from '../../parts/switch';

interface Props {
  ticket: S['Ticket'];
}

const name = (all: S['Picture'][], one: S['Picture']) => `${PARTS[one.part]}${all.filter((other) => other.part === one.part).indexOf(one) + 1}`;

function Slider({ before, after, change, overlay }: { before: S['Picture']; after: S['Picture']; change?: S['PictureChange']; overlay: boolean }) {
  const [at, setAt] = useState(50);
  return (
    <figure className="compare">
      <img src={before.urls.display} alt="处置前" />
      <img className="after" src={after.urls.display} alt="处置后" style={{ clipPath: `inset(0 0 0 ${at}%)` }} />
      {overlay && change && <img className="overlay" src={change.overlay} alt="变化叠图，越红变化越大" />}
      {overlay && change && (
        <span
          className="region"
          style={{
            left: `${change.region.x * 100}%`,
            top: `${change.region.y * 100}%`,
            width: `${change.region.width * 100}%`,
            height: `${change.region.height * 100}%`,
          }}
        />
      )}
      <span className="split" style={{ left: `${at}%` }} />
      <span className="corner left">处置前</span>
      <span className="corner right">处置后</span>
      <input type="range" min={0} max={100} value={at} aria-label="拖动对比处置前后" onChange={(event) => setAt(Number(event.target.value))} />
    </figure>
  );
}

function choose(photos: S['Picture'][], part: S['PhotoPart'], id?: string) {
  return photos.find((one) => one.id === id) ?? photos.filter((one) => one.part === part).at(part === 'after' ? -1 : 0);
}

/** The pictures of a ticket: the last pair under the slider, all of them below. */
export function Compare({ ticket }: Props) {
  const photos = ticket.photos.filter((one) => one.state === 'ready');
  const fixed = photos.some((one) => one.part === 'after');
  const found = useQuery({ ...changes(ticket.id), enabled: fixed });
  const [overlay, setOverlay] = useState(false);
  const [picked, setPicked] = useState<string>();
  const change = found.data?.[0];
  const after = choose(photos, 'after', photos.find((one) => one.id === picked && one.part === 'after')?.id ?? change?.after);
  const before = choose(photos, 'before', change?.after === after?.id ? change?.before : undefined);
  const single = photos.find((one) => one.id === picked && one.part !== 'after') ?? (after ? undefined : photos[0]);
  const fits = change && before && after && change.before === before.id && change.after === after.id ? change : undefined;
  if (photos.length === 0) return <p className="muted">{ticket.photos.length ? '照片正在分析，稍候自动显示。' : '没有照片。'}</p>;
  return (
    <div className="stack tight">
      <div className="slot">
        {single || !before || !after ? (
          <Picture className="large" src={(single ?? before ?? photos[0])?.urls.display} says={PARTS[(single ?? photos[0])?.part ?? 'before']} />
        ) : (
          <Slider before={before} after={after} change={fits} overlay={overlay} />
        )}
      </div>
      {fits && !single && (
        <div className="row wrap small">
          <Switch on={overlay} set={setOverlay}>
            显示变化
          </Switch>
          <span className="muted">
            {fits.finding_label}：问题区域 {(fits.inside * 100).toFixed(1)}% 变了样，其余 {(fits.outside * 100).toFixed(1)}%，对上 {fits.inliers} 处特征
            {fits.marked ? '' : '（区域取画面中部）'}
          </span>
        </div>
      )}
      {photos.length > 1 && (
        <ul className="strip">
          {photos.map((one) => (
            <li key={one.id}>
              <button type="button" aria-pressed={one.id === (single?.id ?? after?.id)} onClick={() => setPicked(one.id)}>
                <Picture className="thumb" src={one.urls.thumb} says={name(photos, one)} />
                <span className="small">
                  {name(photos, one)} <span className="muted num">{moment(one.captured_at ?? one.received_at)}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
