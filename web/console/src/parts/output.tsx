/** Taking a page away: as a workbook, and on paper. */
import { useState } from 'react';
import { download } from '../lib/api';

interface Props {
  /** Where the workbook is had, and what it is called, without its ending. */
  file: { path: string; name: string };
  /** Whether the page is made to be printed. */
  print?: boolean;
}

export function Output({ file, print = true }: Props) {
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const fetchIt = async () => {
    setBusy(true);
    setFault('');
    await download(file.path, `${file.name}.xlsx`).catch((error: Error) => setFault(error.message));
    setBusy(false);
  };
  return (
    <span className="row no-print">
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
      <button type="button" className="btn" disabled={busy} onClick={() => void fetchIt()}>
        下载 XLSX
      </button>
      {print && (
        <button type="button" className="btn" onClick={() => window.print()}>
          打印
        </button>
      )}
    </span>
  );
}
