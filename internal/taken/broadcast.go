package taken

import "sync"

// broadcast tells any number of goroutines that something happened.
type broadcast struct {
	mu   sync.Mutex
	next chan struct{}
}

// listen gives a channel that the next ring closes.
func (b *broadcast) listen() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *broadcast) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
