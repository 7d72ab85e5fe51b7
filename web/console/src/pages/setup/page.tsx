/** Setting up and running the product. */
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { SETUP } from '../../lib/roles';
import { BooksPage } from './books';
import { HealthPage } from './health';
import { ImportsPage } from './imports/page';
import { JobsPage } from './jobs';
import { PeoplePage } from './people/page';
import { RegistersPage } from './registers';
import { RulesPage } from './rules';
import { SubscriptionsPage } from './subscriptions';

export default function SetupPage() {
  const { pathname } = useLocation();
  const here = SETUP.find((one) => pathname.startsWith(one.to));
  return (
    <div className="page">
      {here && <h1>{here.label}</h1>}
      <Routes>
        <Route index element={<Navigate to="/setup/rules" replace />} />
        <Route path="people" element={<PeoplePage />} />
        <Route path="imports" element={<ImportsPage />} />
        <Route path="rules/:id?" element={<RulesPage />} />
        <Route path="books" element={<BooksPage />} />
        <Route path="registers" element={<RegistersPage />} />
        <Route path="jobs" element={<JobsPage />} />
        <Route path="health" element={<HealthPage />} />
        <Route path="subscriptions" element={<SubscriptionsPage />} />
      </Routes>
    </div>
  );
}
