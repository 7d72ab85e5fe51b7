import { Dialog } from '../../parts/dialog';

const KEYS = [
  ['J / K', '下一件 / 上一件'],
  ['Enter', '打开完整页面'],
  ['A', '采纳系统建议'],
  ['C', '改动系统建议'],
  ['1 – 9', '第几个操作按钮'],
  ['X', '选中，用于批量派单'],
  ['/', '搜索'],
  ['Esc', '关闭对话框，清除搜索'],
];

export function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="键盘操作" onClose={onClose}>
      <dl className="facts">
        {KEYS.map(([key, does]) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
