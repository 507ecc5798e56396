package visits

import "sync"

// memory remembers values by their ids, so many at most: the oldest are forgotten first.
type memory[T any] struct {
	most  int
	mu    sync.Mutex
	byID  map[string]*T
	order []string
}

func newMemory[T any](most int) *memory[T] { return &memory[T]{most: most, byID: map[string]*T{}} }

func (m *memory[T]) add(id string, v T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byID[id] = &v
	m.order = append(m.order, id)
	if len(m.order) > m.most {
		delete(m.byID, m.order[0])
		m.order = m.order[1:]
	}
}

// find copies the value as it is now.
func (m *memory[T]) find(id string) (v T, ok bool) {
	m.change(id, func(known *T) { v, ok = *known, true })
	return v, ok
}

// change lets do change the value, if it is known.
func (m *memory[T]) change(id string, do func(*T)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.byID[id]; v != nil {
		do(v)
	}
}

// all copies all values, oldest first.
func (m *memory[T]) all() []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]T, len(m.order))
	for i, id := range m.order {
		out[i] = *m.byID[id]
	}
	return out
}
