import { describe, expect, it } from 'vitest';
import { csvRows } from '../../shared/csv';
import { columnOf, gridsCell, personCsv, type PersonRow } from '../src/lib/person-csv';

describe('the file of one person', () => {
  const row: PersonRow = {
    username: 'li.na',
    name: ' 李"娜",小 ',
    role: 'grid_worker',
    department: 'center',
    grids: gridsCell([
      { layer: 'community', code: '1' },
      { layer: 'area', code: '2' },
    ]),
    phone: '',
    inspector_side: '',
    password: 'a,b"c\nd1',
  };
  it('is read back as it was typed', () => {
    const [header, cells] = csvRows(personCsv(row));
    expect(header?.cells).toEqual(['username', 'name', 'role', 'department', 'grids', 'phone', 'inspector_side', 'password']);
    expect(cells?.cells).toEqual(['li.na', '李"娜",小', 'grid_worker', 'center', 'community:1;area:2', '', '', 'a,b"c\nd1']);
  });
  it('shows faults at their column, with or without its Chinese name', () => {
    expect(columnOf('role')).toBe('role');
    expect(columnOf('role（角色）')).toBe('role');
    expect(columnOf('rows')).toBeNull();
    expect(columnOf(undefined)).toBeNull();
  });
});
