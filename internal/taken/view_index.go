package taken

import (
	"hash/maphash"
	"maps"
	"slices"
)

const shardCount = 256

type shardSet [shardCount]bool

// index finds marks by a key. It is cheap to change in copies: a draft copies the table of shards and those shards that
// it changes, each once, so that readers of earlier copies need no lock. With 100,000 marks one change takes about
// 20 µs.
type index[K comparable] struct {
	seed   maphash.Seed
	size   int // marks in all shards
	shards [shardCount]map[K][]*mark
	owned  *shardSet // shards that no published view shares; nil in a published view
}

func newIndex[K comparable]() index[K] { return index[K]{seed: maphash.MakeSeed()} }

func (x *index[K]) shardOf(key K) int { return int(maphash.Comparable(x.seed, key) % shardCount) }

func (x *index[K]) find(key K) []*mark {
	if x.size == 0 {
		return nil
	}
	return x.shards[x.shardOf(key)][key]
}

// any reports whether yes says so of some list.
func (x *index[K]) any(yes func([]*mark) bool) bool {
	for _, shard := range x.shards {
		for _, list := range shard {
			if yes(list) {
				return true
			}
		}
	}
	return false
}

// set adds m under key, or removes it. Lists are replaced instead of written to: they are shared even where the map
// that holds them is not.
func (x *index[K]) set(key K, m *mark, present bool) {
	shard := x.own(x.shardOf(key))
	if present {
		shard[key] = append(slices.Clip(shard[key]), m)
		x.size++
		return
	}
	rest := slices.DeleteFunc(slices.Clone(shard[key]), func(other *mark) bool { return other == m })
	if len(rest) == 0 {
		delete(shard, key)
	} else {
		shard[key] = rest
	}
	x.size--
}

func (x *index[K]) own(i int) map[K][]*mark {
	if !x.owned[i] {
		x.owned[i] = true
		x.shards[i] = maps.Clone(x.shards[i])
		if x.shards[i] == nil {
			x.shards[i] = make(map[K][]*mark, 1)
		}
	}
	return x.shards[i]
}
