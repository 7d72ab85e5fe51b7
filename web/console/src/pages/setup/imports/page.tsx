/** Imports: a file is taken whole or refused whole; what is wrong is shown by line and column, with the cell itself. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { csvRows, type CsvRow } from '../../../../../shared/csv';
import { LAYERS, REGISTERS } from '../../../../../shared/words';
import { sendForm, type S } from '../../../lib/api';
import { Refused } from '../../../lib/refusal';
import { bordersOf } from '../../../lib/borders';
import { useMe, useTitle } from '../../../lib/hooks';
import { may, type Power } from '../../../lib/roles';
import { Select } from '../../../parts/select';
import { Outcome, type Result } from './outcome';
import { Button } from '../../../parts/button';
import { Input } from '../../../parts/field';

interface Group {
  name: string;
  needs: Power;
  kinds: Partial<Record<S['ImportKind'], string>>;
}

const GROUPS: Group[] = [
  {
    name: '基础数据',
    needs: 'import-base',
    kinds: {
      departments: '责任单位',
      people: '人员与角色',
      categories: '类别',
      standards: '立结案标准',
      rules: '派单规则',
      calendar: '工作日历',
      grids: '网格边界',
    },
  },
  { name: '台账', needs: 'import-register', kinds: REGISTERS },
  { name: '图斑', needs: 'import-patches', kinds: { patches: '疑似图斑' } },
];

async function textRows(file: File): Promise<CsvRow[]> {
  return /\.csv$/i.test(file.name) ? csvRows(await file.text()) : [];
}

function GridFields({ patches }: { patches: boolean }) {
  return (
    <>
      {patches ? (
        <div className="field">
          <label htmlFor="programme">巡飞编号</label>
          <Input id="programme" name="programme" required maxLength={40} />
        </div>
      ) : (
        <div className="field">
          <label htmlFor="layer">图层</label>
          <select id="layer" name="layer" className="input" required>
            {Object.entries(LAYERS).map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="field">
        <label htmlFor="coord_type">坐标类型</label>
        <select id="coord_type" name="coord_type" className="input" required defaultValue="">
          <option value="" disabled>
            请选择，错了会偏几百米
          </option>
          <option value="wgs84">WGS-84 / CGCS2000(GPS、天地图)</option>
          <option value="gcj02">GCJ-02(微信、高德、腾讯)</option>
          <option value="bd09">BD-09(百度)</option>
        </select>
      </div>
      {patches && (
        <div className="field">
          <label htmlFor="source">来历</label>
          <select id="source" name="source" className="input">
            <option value="drone">无人机</option>
            <option value="satellite">卫星</option>
          </select>
        </div>
      )}
    </>
  );
}

export function ImportsPage() {
  useTitle('导入');
  const client = useQueryClient();
  const me = useMe();
  const groups = GROUPS.filter((one) => may(me.role, one.needs));
  const [kind, setKind] = useState(Object.keys(groups[0]?.kinds ?? {})[0] as S['ImportKind']);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<Result | null>(null);
  const spatial = kind === 'grids' || kind === 'patches';
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const file = form.get('file');
    if (!(file instanceof File)) return;
    // Patches have no trial: each of them opens a ticket.
    const trial = (event.nativeEvent as SubmitEvent).submitter?.dataset.trial !== undefined;
    if (trial) form.append('dry_run', 'true');
    form.delete('file');
    for (const [name, value] of [...form]) if (value === '') form.delete(name);
    form.append('file', file);
    setBusy(true);
    setResult(null);
    try {
      const ok = await sendForm<'ImportSummary'>(`/v1/imports/${kind}`, form);
      setResult({ ok, trial, borders: kind === 'grids' ? bordersOf(await file.text()) : null });
      if (!trial) void client.invalidateQueries();
    } catch (error) {
      setResult(error instanceof Refused ? { refused: error, rows: await textRows(file) } : { failed: error instanceof Error ? error.message : '没有成功' });
    }
    setBusy(false);
  };
  return (
    <>
      <form className="card pad stack" style={{ maxWidth: 560 }} onSubmit={send}>
        <div className="field">
          <label htmlFor="kind">导入什么</label>
          <Select
            id="kind"
            value={kind}
            groups={groups.map(({ name, kinds }) => [name, Object.entries(kinds)])}
            onChange={(code) => setKind(code as S['ImportKind'])}
          />
        </div>
        {spatial && <GridFields patches={kind === 'patches'} />}
        <div className="field">
          <label htmlFor="file">文件（CSV 或 XLSX，网格为 GeoJSON，不超过 20 MB）</label>
          <input id="file" name="file" type="file" className="input" required accept=".csv,.xlsx,.geojson,.json" onChange={() => setResult(null)} />
        </div>
        <p className="small muted">整份接受或整份拒绝：有一处错误，就什么都不写入。</p>
        <div className="row">
          <Button type="submit" main disabled={busy}>
            {busy ? '正在检查…' : '检查并导入'}
          </Button>
          {kind !== 'patches' && (
            <Button type="submit" data-trial disabled={busy}>
              先试一次，不写入
            </Button>
          )}
        </div>
      </form>
      {result && <Outcome result={result} />}
    </>
  );
}
