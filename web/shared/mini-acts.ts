/** What each act on a ticket asks of the person, as openapi.yaml's action bodies say. Acts not listed are done at a desk. */

/** The form of one act. A field that is absent is not asked. */
export interface ActForm {
  /** The body's text field and whether it must be filled. */
  text?: { field: 'note' | 'reason' | 'text' | 'comment'; label: string; must: boolean; quick?: string[] }
  /** Photos: needed or welcome; `proof` guides the camera by the before-photo and refuses the album. */
  photos?: { must: boolean; label: string; proof?: boolean }
  /** One of a few values. */
  choice?: { field: string; label: string; options: { value: string | boolean; label: string }[] }
  /** A unit chosen from `/v1/departments`. */
  unit?: { field: string; label: string }
  /** More time, sent as a limit in the unit of the ticket's own. */
  time?: { field: string; label: string }
  /** One to five stars. */
  stars?: boolean
  /** The phone's place. */
  point?: boolean
  /** A judgement on what is seen: refused when a colleague changed the ticket meanwhile. */
  onSight?: boolean
  /** The button's tone: most acts carry on the work. */
  plain?: boolean
}

const note = { field: 'note', label: '补充一句（可不写）', must: false } as const
const reason = { field: 'reason', label: '说明原因', must: true } as const

/** Acts a phone can do, in the order in which they are offered. */
export const ACTS: Record<string, ActForm> = {
  sign_in: {},
  acknowledge: {},
  submit_fix: { photos: { must: true, label: '处置后的照片', proof: true }, text: note },
  handle_on_spot: { photos: { must: true, label: '处置后的照片', proof: true }, text: note },
  finish_part: { photos: { must: true, label: '完成后的照片', proof: true }, text: note },
  heed: { photos: { must: true, label: '整改后的照片', proof: true }, text: note },
  verify: {
    choice: { field: 'finding', label: '现场情况', options: [{ value: 'real', label: '属实' }, { value: 'not_real', label: '不属实' }, { value: 'approved', label: '已审批' }] },
    photos: { must: false, label: '现场照片' },
    text: note,
  },
  recheck: {
    choice: { field: 'holds', label: '现在怎么样', options: [{ value: true, label: '保持得好' }, { value: false, label: '又出现了' }] },
    photos: { must: true, label: '现场照片', proof: true },
    text: note,
  },
  accept: { text: note, onSight: true },
  close: {},
  check_in: { point: true, text: note },
  rework: { text: { ...reason, label: '哪里不合格' }, onSight: true, plain: true },
  return: { unit: { field: 'proposed', label: '应由哪个单位负责' }, text: reason, onSight: true, plain: true },
  request_extension: { time: { field: 'by', label: '再要多久' }, text: reason, plain: true },
  reopen: { text: reason, onSight: true, plain: true },
  rate: { stars: true, text: { field: 'comment', label: '想说的话（可不写）', must: false } },
  contest: {
    photos: { must: false, label: '拍一张现在的样子' },
    text: { field: 'reason', label: '哪里没修好', must: true, quick: ['问题还在原处', '只处理了一部分', '处理完又出现了', '照片不是这个地方'] },
    plain: true,
  },
  withdraw: { text: { field: 'reason', label: '为什么撤回（可不写）', must: false }, plain: true },
  note: { text: { field: 'text', label: '备注', must: true }, plain: true },
}

/** Acts on a task of a programme. Deductions and questionnaires are filled in at a desk. */
export const TASK_ACTS: Record<string, ActForm> = {
  done: { photos: { must: false, label: '现场照片' }, text: { field: 'note', label: '办得怎么样', must: true } },
  skip: { text: { field: 'reason', label: '为什么不办', must: true }, plain: true },
}

/** What was filled into an act's form. */
export interface Filled {
  text?: string
  choice?: string | boolean
  unit?: string
  time?: number
  stars?: number
  point?: { longitude: number; latitude: number; coord_type: string }
}

/** What is still missing, as a sentence for the button's place; null when the act can be sent. */
export function missing(form: ActForm, filled: Filled, photos: number): string | null {
  if (form.stars && !filled.stars) return '请先选几颗星'
  if (form.choice && filled.choice === undefined) return `请选“${form.choice.label}”`
  if (form.unit && !filled.unit) return '请选单位'
  if (form.time && !filled.time) return '请选再要多久'
  if (form.point && !filled.point) return '还没有定位'
  if (form.photos?.must && photos === 0) return '请先拍照'
  if (form.text?.must && !filled.text?.trim()) return `请写${form.text.label}`
  return null
}

/** Units in which a standard counts time. */
export type LimitUnit = 'urgent_hours' | 'work_hours' | 'work_days' | 'calendar_days'

/** How much more time is usually asked for, by the unit of the ticket's own limit: an extension counts as the limit does. */
export const MORE_TIME: Record<LimitUnit, { word: string; amounts: number[] }> = {
  urgent_hours: { word: '小时', amounts: [1, 2, 4, 8] },
  work_hours: { word: '工作时', amounts: [2, 4, 8, 16] },
  work_days: { word: '个工作日', amounts: [1, 2, 3, 5, 7, 10] },
  calendar_days: { word: '天', amounts: [1, 3, 5, 7, 15, 30] },
}

/** The body of an act, photos left to the queue; `unit` is the unit of the ticket's limit. */
export function actBody(action: string, form: ActForm, filled: Filled, unit: LimitUnit = 'work_days'): Record<string, unknown> {
  const body: Record<string, unknown> = { action }
  if (form.text && filled.text?.trim()) body[form.text.field] = filled.text.trim()
  if (form.choice) body[form.choice.field] = filled.choice
  if (form.unit) body[form.unit.field] = filled.unit
  if (form.time) body[form.time.field] = { amount: filled.time, unit }
  if (form.stars) body.stars = filled.stars
  if (form.point) body.point = filled.point
  return body
}

/** What can be prepared before the server has heard of an act: it follows in the same lane, and the server still decides. */
const NEXT: Record<string, { action: string; label: string }> = { sign_in: { action: 'submit_fix', label: '提交处置' } }

/**
 * The acts of an answer's `allowed_actions` split into those done here and the names of those done at a desk. Acts in
 * `underway` wait on the phone: they are not offered twice, and what follows them is offered already.
 */
export function offered(given: { action: string; label: string }[], underway: string[] = []): { here: { action: string; label: string }[]; desk: string[] } {
  const order = Object.keys(ACTS)
  const next = underway.flatMap((a) => NEXT[a] ?? []).filter((n) => !given.some((g) => g.action === n.action))
  const allowed = [...given, ...next].filter((a) => !underway.includes(a.action))
  const here = allowed.filter((a) => ACTS[a.action]).sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action))
  return { here, desk: allowed.filter((a) => !ACTS[a.action] && a.action !== 'follow').map((a) => a.label) }
}
