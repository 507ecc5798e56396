package fetch

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"

	"github.com/cespare/xxhash/v2"

	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// digestOf stands for an answer and for all that decides what is read in it, but for the moment of asking: the key, the visit
// types and the last of the blocks that it is cut into, the days asked for, the program that reads, and upstream's bytes. Where
// zones decide as well, [decode.Decode] leaves the digest out of the fragment.
//
// It is two xxhash64, of what was asked and of that and the answer: they protect from chance. Against intent they need not:
// who chooses upstream's bytes can list any slots.
func digestOf(read *decode.Read, call *Call, body []byte) (d timeslot.Digest) {
	sum := xxhash.New()
	fmt.Fprintf(sum, "%x %s %q %d %d %d %d ", program(), read.Key.String(), call.Types, call.through, read.FirstDay, read.LastDay, len(body))
	binary.BigEndian.PutUint64(d[:8], sum.Sum64())
	_, _ = sum.Write(body)
	binary.BigEndian.PutUint64(d[8:], sum.Sum64())
	return d
}

// program stands for the program that runs: another build may read the same bytes as something else, and replicas share what
// they read. A program that cannot be read stands for itself alone.
var program = sync.OnceValue(func() uint64 {
	sum := xxhash.New()
	if err := readProgram(sum); err != nil {
		return rand.Uint64()
	}
	return sum.Sum64()
})

func readProgram(to io.Writer) error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(to, f)
	return err
}
