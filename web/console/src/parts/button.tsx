/** The one button, and the link that looks like one. */
import { Button as Pressed } from 'tdesign-react/es/button';
import type { ComponentProps } from 'react';
import { useHref, useLinkClickHandler } from 'react-router';

interface Look {
  /** What a page is for; one to a form. */
  main?: boolean;
  /** Without a border, for what stands beside the matter. */
  bare?: boolean;
}

const lookOf = ({ main, bare }: Look) => ({ theme: main ? 'primary' : 'default', variant: main ? 'base' : bare ? 'text' : 'outline' }) as const;

/** A button that cannot be pressed stays a button, so that its name and state are still told. */
export function Button({ main, bare, ...rest }: Look & Omit<ComponentProps<typeof Pressed>, 'tag' | 'theme' | 'variant' | 'ref'>) {
  return <Pressed tag="button" {...lookOf({ main, bare })} {...rest} />;
}

interface LinkProps extends Look {
  to: string;
  className?: string;
  children: React.ReactNode;
}

export function ButtonLink({ main, bare, to, ...rest }: LinkProps) {
  const go = useLinkClickHandler(to);
  return (
    <Pressed
      tag="a"
      href={useHref(to)}
      onClick={(event) => go(event as unknown as React.MouseEvent<HTMLAnchorElement>)}
      {...lookOf({ main, bare })}
      {...rest}
    />
  );
}
