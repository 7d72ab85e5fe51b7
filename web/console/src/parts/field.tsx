/** Text on one line or on several. */
import { Input as Line, type InputProps, type InputRef } from 'tdesign-react/es/input';
import { Textarea } from 'tdesign-react/es/textarea';
import { useLayoutEffect, useRef, type ComponentProps, type KeyboardEvent, type Ref } from 'react';

export type { InputRef };

type Native = ComponentProps<'input'>;

/** What belongs on the input itself: its label finds it, the browser checks it, a screen reader reads it. */
interface Own {
  id?: string;
  required?: boolean;
  min?: number;
  max?: number;
  step?: number | 'any';
  minLength?: number;
  maxLength?: number;
  list?: string;
  'aria-label'?: string;
  'aria-invalid'?: true;
}

interface Props extends Own, Pick<Native, 'name' | 'placeholder' | 'autoComplete' | 'autoFocus' | 'readOnly' | 'className'> {
  type?: 'text' | 'number' | 'password' | 'tel' | 'url' | 'date' | 'datetime-local';
  value?: string;
  defaultValue?: string;
  width?: number;
  onChange?: (text: string) => void;
  onKeyDown?: (event: KeyboardEvent<HTMLElement>, text: string) => void;
  onBlur?: () => void;
  /** While an input method is putting a word together. */
  onComposing?: (composing: boolean) => void;
  ref?: Ref<InputRef>;
}

/** In place of the eye beside a password, which no keyboard reaches. */
const NOTHING = null as unknown as undefined;

/** Writes the attributes on the input, which the component gives to the box around it. */
function useOwn(own: Own) {
  const box = useRef<InputRef>(null);
  useLayoutEffect(() => {
    const input = box.current?.inputElement;
    for (const [name, value] of Object.entries(own)) {
      if (value === undefined || value === false) input?.removeAttribute(name);
      else input?.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : String(value));
    }
  });
  return box;
}

export function Input({
  id,
  required,
  min,
  max,
  step,
  minLength,
  maxLength,
  list,
  'aria-label': label,
  'aria-invalid': invalid,
  type = 'text',
  placeholder = '',
  autoComplete,
  autoFocus,
  width,
  ref,
  onChange,
  onComposing,
  onKeyDown,
  onBlur,
  ...rest
}: Props) {
  const own = useOwn({ id, required, min, max, step, minLength, maxLength, list, 'aria-label': label, 'aria-invalid': invalid });
  return (
    <Line
      ref={(box) => {
        own.current = box;
        if (typeof ref === 'function') ref(box);
        else if (ref) ref.current = box;
      }}
      type={type as InputProps['type']}
      status={invalid ? 'error' : 'default'}
      placeholder={placeholder}
      autocomplete={autoComplete}
      autofocus={autoFocus}
      suffixIcon={NOTHING}
      style={width ? { width } : undefined}
      onChange={(text) => onChange?.(text)}
      onCompositionstart={() => onComposing?.(true)}
      onCompositionend={() => onComposing?.(false)}
      onKeydown={(text, { e }) => onKeyDown?.(e, text)}
      onBlur={() => onBlur?.()}
      {...rest}
    />
  );
}

interface AreaProps extends Pick<ComponentProps<'textarea'>, 'id' | 'required' | 'aria-label' | 'readOnly' | 'className' | 'spellCheck'> {
  rows?: number;
  /** How many characters it takes; what has been used is counted beneath. */
  most?: number;
  value: string;
  onChange: (text: string) => void;
}

export function TextArea({ most, rows = 3, onChange, ...rest }: AreaProps) {
  return <Textarea rows={rows} maxlength={most} onChange={(text) => onChange(text)} {...rest} />;
}
