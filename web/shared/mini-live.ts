/** Live changes: the lines of a stream of events, and who may have one. */

/** One event of a stream. */
export interface StreamEvent {
  id: string
  event: string
  data: string
}

/** Puts pieces of a stream together to events, as the HTML standard reads `text/event-stream`. Comments are dropped. */
export class EventLines {
  private rest = ''
  private fields: Record<string, string> = {}
  /** The last id heard, to resume after it. */
  last = ''

  /** The events that end within this piece. */
  feed(piece: string): StreamEvent[] {
    const lines = (this.rest + piece).split(/\r\n|\n|\r/)
    this.rest = lines.pop()!
    return lines.flatMap((line) => this.take(line))
  }

  private take(line: string): StreamEvent[] {
    if (line) {
      const at = line.indexOf(':')
      const [name, value] = at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')]
      if (name) this.fields[name] = name === 'data' && this.fields.data !== undefined ? `${this.fields.data}\n${value}` : value
      return []
    }
    const { id, event = 'message', data } = this.fields
    this.fields = {}
    if (id) this.last = id
    return data === undefined ? [] : [{ id: this.last, event, data }]
  }
}

/** Roles that the server gives a stream; the others ask now and then. */
const STREAMED = ['dispatcher', 'inspector', 'leader', 'command', 'coordinator', 'publicity', 'institution', 'oversight', 'admin', 'handler', 'unit_head']

export const streamed = (role: string | undefined): boolean => !!role && STREAMED.includes(role)

/** How often who has no stream asks, ms; only while the page is looked at. */
export const ASK_EVERY = 30_000

/** The longest wait before a stream is tried again, ms. */
export const LONGEST_PAUSE = 30_000
