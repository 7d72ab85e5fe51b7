/** The one table of lists: a name for who cannot see it, heads, rows. */
import type { ReactNode } from 'react';

/** A head; one of numbers stands at the right, over its figures. */
export type Head = string | { right: string };

/** The head of a column of numbers. */
export const right = (name: string): Head => ({ right: name });

interface Props {
  name: string;
  heads: Head[];
  children: ReactNode;
}

export function Table({ name, heads, children }: Props) {
  return (
    <table className="table">
      <caption className="hidden">{name}</caption>
      <thead>
        <tr>
          {heads.map((head) =>
            typeof head === 'string' ? (
              <th key={head} scope="col">
                {head}
              </th>
            ) : (
              <th key={head.right} scope="col" className="right">
                {head.right}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
