/** Chinese names where the API gives a code without a label, and texts shared by both faces. */

export const LAYERS = {
  community: '责任网格',
  inspection: '巡管小网格',
  enforcement: '执法大网格',
  area: '片区（街道）',
} as const;

export const REGISTERS = {
  item: '测评项目',
  point: '测评点位',
  watch_area: '重点关注区',
  camera: '视频监控',
  site: '工地',
  flight: '巡飞台账',
  chief: '路段长片长河长',
  patron: '包保领导',
  receiver: '双报到单位',
  frontage: '门前三包',
  contractor: '承包公司',
  stubborn: '难点堵点与示范路',
  area_team: '专班小组',
  project: '推进计划',
  fallback: '兜底责任',
} as const;

export const PARTS = {
  before: '处置前',
  after: '处置后',
  verify: '核实',
  recheck: '回头看',
  contest: '质疑',
  heed: '案前整改',
  part: '分项',
  milestone: '节点',
  frame: 'AI 复核',
} as const;

/** Names of the fields a form can ask for. */
export const FIELDS: Record<string, string> = {
  reason: '理由',
  note: '说明',
  text: '内容',
  words: '内容',
  comment: '评语',
  lead: '主办单位',
  assist: '协办单位',
  person: '责任人',
  task: '任务',
  duty: '责任',
  red: '列为红色督办件',
  category: '类别',
  standard: '立案标准',
  grids: '网格',
  point: '位置',
  photo_ids: '照片',
  no_faces: '已确认无人脸车牌的照片',
  finding: '核实结果',
  into: '并入哪个案件',
  to: '转往',
  proposed: '应由谁负责',
  parties: '参加单位',
  on_site: '在现场会商',
  at: '时间',
  until: '截止时间',
  due_at: '完成时限',
  by: '延长多久',
  holds: '整改是否保持',
  clear: '画面中是否已无问题',
  confidence: '把握(0–1)',
  stars: '星级',
  level: '督办级别',
  to_level: '上报到第几级',
  parts: '分工',
  milestones: '节点',
  position: '第几个节点（从 0 起）',
  cause: '根因',
  unit: '承办单位',
  decision: '议定事项',
  department: '单位',
  kind: '种类',
  title: '标题',
  points: '扣分或加分',
  name: '名称',
  units: '被督查或承担任务的单位',
  first_day: '第一天',
  last_day: '最后一天',
  sample: '随机抽取几个点位',
  target: '目标完成数',
  hidden: '结束前对被督查单位保密',
};

/** Names of codes whose contract does not list them. */
export const OPTIONS: Record<string, string> = {
  urgent_hours: '紧急工作时',
  work_hours: '工作时',
  work_days: '工作日',
  calendar_days: '自然日',
};

/** What the user reads when the network is gone. */
export const OFFLINE = '连接不上服务器，已保存，恢复后继续';

/** "2026-11-23T13:46:41+08:00" as "11-23 13:46", in the time of China whatever the machine's zone. */
export function moment(time: string | null | undefined): string {
  if (!time) return '';
  const parts = new Intl.DateTimeFormat('zh-CN', {
    timeZone: 'Asia/Shanghai',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(time));
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}

/** A datetime-local value ("2026-11-24T09:00") as the API's time, taken as the time of China. */
export function chinaTime(local: string): string {
  return `${local.length === 16 ? `${local}:00` : local}+08:00`;
}
