/** What each role may see and do, in one sentence: the table of permits in words. */
import type { S } from './api';

export const DUTIES: Partial<Record<S['Role'], string>> = {
  grid_worker: '看自己网格与自己上报的案件；巡查上报、核实、当场处置、到期回头看。',
  crew: '看自己网格与自己上报的案件；上报并当场处置环卫问题。',
  visitor: '只看自己上报的案件；暗访上报，姓名不公开。',
  handler: '看派给或协办的本单位案件；签收、处置、提交证据、退单、申请延期与挂账。',
  unit_head: '看本单位案件；处置人员能办的都能办，并指定责任人、申诉、答复、报送公文。',
  dispatcher: '看全部案件；受理、立案、派遣、并案、裁决疑点与申请、会商、核查、督办。',
  inspector: '看全部案件；按所属一方验收、退回返工、销号、回头看、记根因。',
  leader: '看全部案件与看板；督办、通报、约谈、签发公文，不派单。',
  command: '看全部案件；可改任何派单（须写理由）、接管、会商、督办、追究。',
  coordinator: '看全部案件；统筹会商与分工、督办、通报、曝光审核、追责建档。',
  publicity: '看全部案件；起草与审核曝光、发布回音。',
  institution: '看全部案件；记根因、管标准与规则、导入台账。',
  oversight: '看全部案件、看板与公文；只看不办。',
  admin: '看全部案件；导入、账号、规则、后台任务与对接，不办案件。',
  integration: '只供程序用；推送案件与视频帧，看自己送来的案件。',
};
