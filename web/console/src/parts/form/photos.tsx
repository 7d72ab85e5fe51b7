/** Photos of an act: each is sent at once, shows its own state, and can be tried again alone. */
import { useState } from 'react';
import { newKey, sendForm } from '../../lib/api';
import type { InputProps } from './inputs';
import { Button } from '../button';

interface Upload {
  key: string;
  file: File;
  url: string;
  state: 'sending' | 'done' | 'failed';
  words: string;
  id?: string;
}

const LIMIT = 20 * 1024 * 1024;

export function PhotosInput({ id, value, field, onChange }: InputProps) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const ids = (value as string[] | undefined) ?? [];
  const patch = (key: string, part: Partial<Upload>) => setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const send = async (one: Upload): Promise<string | undefined> => {
    patch(one.key, { state: 'sending', words: '' });
    const form = new FormData();
    form.set('channel', 'console');
    form.set('file', one.file);
    try {
      const photo = await sendForm<'Photo'>('/v1/photos', form, one.key);
      patch(one.key, { state: 'done', id: photo.id });
      return photo.id;
    } catch (error) {
      patch(one.key, { state: 'failed', words: error instanceof Error ? error.message : '上传失败' });
      return undefined;
    }
  };
  const add = async (files: File[]) => {
    const fresh = files.map((file): Upload => {
      const big = file.size > LIMIT;
      return { key: newKey(), file, url: URL.createObjectURL(file), state: big ? 'failed' : 'sending', words: big ? '超过 20 MB，请换小一点的照片' : '' };
    });
    setUploads((all) => [...all, ...fresh]);
    const sent = await Promise.all(fresh.filter((one) => one.state === 'sending').map(send));
    onChange([...ids, ...sent.filter((one) => one !== undefined)]);
  };
  const retry = async (one: Upload) => {
    const sent = await send(one);
    if (sent) onChange([...ids, sent]);
  };
  const remove = (one: Upload) => {
    setUploads((all) => all.filter((other) => other !== one));
    if (one.id) onChange(ids.filter((other) => other !== one.id));
  };
  return (
    <div className="stack tight">
      <input
        id={id}
        className="input"
        type="file"
        accept="image/*"
        multiple
        required={field.required && ids.length === 0}
        onChange={(event) => {
          void add([...(event.target.files ?? [])]);
        }}
      />
      {ids.length > uploads.filter((one) => one.state === 'done').length && <p className="small muted">草稿中已有 {ids.length} 张照片</p>}
      <ul className="uploads">
        {uploads.map((one) => (
          <li key={one.key} className={one.state}>
            <img src={one.url} alt={one.file.name} />
            <span className="small" role="status">
              {{ sending: '上传中…', done: '已上传', failed: one.words }[one.state]}
            </span>
            {one.state === 'failed' && one.file.size <= LIMIT && <Button onClick={() => void retry(one)}>重传</Button>}
            <Button bare aria-label={`去掉${one.file.name}`} onClick={() => remove(one)}>
              ✕
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
