/** Taking a page away: as a workbook, and on paper. */
import { useState } from 'react';
import { download } from '../lib/api';
import { Button } from './button';

interface Props {
  /** Where the workbook is had, and what it is called, without its ending; none where there is only paper. */
  file?: { path: string; name: string };
  /** Whether the page is made to be printed. */
  print?: boolean;
}

export function Output({ file, print = true }: Props) {
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const fetchIt = async ({ path, name }: NonNullable<Props['file']>) => {
    setBusy(true);
    setFault('');
    await download(path, `${name}.xlsx`).catch((error: Error) => setFault(error.message));
    setBusy(false);
  };
  return (
    <span className="row no-print">
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
      {file && (
        <Button disabled={busy} onClick={() => void fetchIt(file)}>
          下载 XLSX
        </Button>
      )}
      {print && <Button onClick={() => window.print()}>打印 / 存为 PDF</Button>}
    </span>
  );
}
