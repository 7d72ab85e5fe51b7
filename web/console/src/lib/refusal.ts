/** Answers of the API: the data of the envelope, or an error with the server's own sentence. */
import type { components } from '../../../shared/openapi';
import { OFFLINE } from '../../../shared/words';

export type Detail = components['schemas']['Detail'];

/** The server said no: its sentence is fit to be shown. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly details: Detail[],
    readonly request: string,
  ) {
    super(message);
  }
}

/** The server could not be reached. */
export class NetworkGone extends Error {
  constructor() {
    super(OFFLINE);
  }
}

/** The envelope's data; throws Refused for anything but success. */
export async function read<T>(answer: Response): Promise<T> {
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok && isObject(body)) return body.data as T;
  throw refusal(answer.status, body);
}

function refusal(status: number, body: unknown): Refused {
  if (!isObject(body) || typeof body.message !== 'string') {
    return new Refused(status, 0, status >= 502 ? OFFLINE : `服务器答复异常（${status}），请稍后再试`, [], '');
  }
  return new Refused(status, Number(body.code), body.message, (body.details as Detail[] | undefined) ?? [], String(body.request_id ?? ''));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
