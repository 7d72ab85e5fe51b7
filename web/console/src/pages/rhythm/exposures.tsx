/** What is held up to the public: drafts that wait for another's eyes, what is out, and its echo. */
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { useMe, useTitle } from '../../lib/hooks';
import { may } from '../../lib/roles';
import { Segments } from '../../parts/segments';
import { Empty, Shown } from '../../parts/states';
import { ActRow, actsOf } from './acts';
import { ButtonLink } from '../../parts/button';

const STATES = { all: '全部', draft: '待审', live: '已发布' } as const;
type State = keyof typeof STATES;

export function ExposuresPage() {
  useTitle('曝光');
  const me = useMe();
  const [search, setSearch] = useSearchParams();
  const state = (search.get('state') ?? 'all') as State;
  const query = useQuery(actsOf({ kind: 'exposure', ...(state === 'all' ? {} : { state }) }));
  return (
    <>
      <div className="row">
        <Segments label="状态" options={STATES} value={state} set={(next) => setSearch({ state: next }, { replace: true })} />
        {may(me.role, 'expose') && (
          <ButtonLink main className="push" to="/rhythm/exposures/new">
            起草曝光
          </ButtonLink>
        )}
      </div>
      <p className="small muted">一人起草，另一人逐张看过照片后发布；整改后发回音，市民在手机上评议。</p>
      <Shown query={query} lines={[96, 96]}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="card">
              <Empty says={state === 'draft' ? '没有待审的曝光' : '还没有曝光'}>久拖不决的案件可以在这里起草，或从案件的「督办问责」里起草。</Empty>
            </div>
          ) : (
            <ul className="card">
              {items.map((act) => (
                <ActRow key={act.id} act={act} />
              ))}
            </ul>
          )
        }
      </Shown>
    </>
  );
}
