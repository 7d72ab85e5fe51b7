/** The rhythm of the work: papers, tasks, programmes, second looks, acts. */
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { RHYTHM } from '../../lib/roles';
import { ActsPage } from './acts';
import { DraftPage } from './draft';
import { ExposuresPage } from './exposures';
import { ListsPage } from './lists';
import { PaperPage } from './paper';
import { PapersPage } from './papers';
import { ProgrammePage } from './programme';
import { ProgrammesPage } from './programmes';
import { RechecksPage } from './rechecks';
import { TasksPage } from './tasks';

export default function RhythmPage() {
  const { pathname } = useLocation();
  const here = RHYTHM.find((one) => one.to === pathname);
  return (
    <div className="page">
      {here && <h1>{here.label}</h1>}
      <Routes>
        <Route index element={<Navigate to="/rhythm/papers" replace />} />
        <Route path="papers" element={<PapersPage />} />
        <Route path="papers/:id" element={<PaperPage />} />
        <Route path="tasks" element={<TasksPage />} />
        <Route path="programmes" element={<ProgrammesPage />} />
        <Route path="programmes/:id" element={<ProgrammePage />} />
        <Route path="rechecks" element={<RechecksPage />} />
        <Route path="exposures" element={<ExposuresPage />} />
        <Route path="exposures/new" element={<DraftPage />} />
        <Route path="lists" element={<ListsPage />} />
        <Route path="acts" element={<ActsPage />} />
      </Routes>
    </div>
  );
}
