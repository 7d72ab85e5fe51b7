/** Keeps what fails to load or to draw from taking the page with it: the rest stays, with what was typed. */
import { Component, type ReactNode } from 'react';
import { OFFLINE } from '../../../shared/words';
import { Button } from './button';

interface Props {
  /** What is missing, e.g. "地图". */
  what: string;
  children: ReactNode;
}

export class Guard extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="state" role="alert">
        <strong>{this.props.what}没有载入</strong>
        {OFFLINE}
        <Button onClick={() => location.reload()}>重新载入</Button>
      </div>
    );
  }
}
