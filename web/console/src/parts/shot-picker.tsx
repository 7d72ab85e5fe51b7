/** Photos to be ticked. */
import { PARTS } from '../../../shared/words';
import type { S } from '../lib/api';
import { Picture } from './bits';

export interface Shot {
  id: string;
  urls: S['ImageUrls'];
  says: string;
}

/** The photos of a ticket that can be shown, named by what they are of. */
export function shotsOf(photos: S['Picture'][]): Shot[] {
  const ready = photos.filter((one) => one.state === 'ready');
  return ready.map((one) => ({
    id: one.id,
    urls: one.urls,
    says: `${PARTS[one.part]}${ready.filter((other) => other.part === one.part).indexOf(one) + 1}`,
  }));
}

interface Props {
  id?: string;
  shots: Shot[];
  chosen: string[];
  /** Whether their order counts. */
  ordered?: boolean;
  onChange: (next: string[]) => void;
}

export function ShotPicker({ id, shots, chosen, ordered = false, onChange }: Props) {
  if (shots.length === 0) return <p className="muted">没有可用的照片。</p>;
  return (
    <ul className="shots">
      {shots.map((one, at) => {
        const rank = chosen.indexOf(one.id);
        return (
          <li key={one.id}>
            <label>
              <Picture className="shot" src={one.urls.medium} says="" />
              <span className="row small">
                <input
                  id={at === 0 ? id : undefined}
                  type="checkbox"
                  checked={rank >= 0}
                  onChange={(event) => onChange(event.target.checked ? [...chosen, one.id] : chosen.filter((other) => other !== one.id))}
                />
                {one.says}
                {ordered && rank >= 0 && chosen.length > 1 && <span className="tag accent push">第 {rank + 1} 张</span>}
              </span>
            </label>
          </li>
        );
      })}
    </ul>
  );
}
