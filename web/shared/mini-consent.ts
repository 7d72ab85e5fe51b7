/** Whether the privacy notice in force was agreed to, by the account in use. */
import type { Account } from './mini-session'
import type { Job } from './mini-queue'

/** Where an agreement goes. */
export const CONSENTS = '/v1/me/consents'

/**
 * Agreed, when the server has it of this account or it is on its way there. Before anybody is known (the first opening, and
 * after a logout) what this phone agreed to last counts.
 */
export function agreedTo(wanted: number, account: Account | null, phone: number, jobs: Job[]): boolean {
  const underway = (j: Job) => j.path === CONSENTS && j.state !== 'refused' && Number(j.body.privacy_version) >= wanted
  if (account && (account.consented_version ?? 0) >= wanted) return true
  if (jobs.some((j) => underway(j) && (j.owner === null || account === null || j.owner === account.id))) return true
  return account === null && phone >= wanted
}
