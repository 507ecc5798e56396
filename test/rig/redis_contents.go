package rig

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Listen hears every command that is sent from now on; heard ends it and gives them.
func (r *Redis) Listen() (heard func() string) {
	r.t.Helper()
	ctx, stop := context.WithCancel(r.t.Context())
	var said bytes.Buffer
	_, port, _ := net.SplitHostPort(r.Addr)
	cmd := exec.CommandContext(ctx, "redis-cli", "-p", port, "--no-auth-warning", "-a", r.Password, "MONITOR")
	cmd.Stdout = &said
	r.must(cmd.Start())
	return func() string {
		stop()
		_ = cmd.Wait()
		return said.String()
	}
}

// Everything is all keys and values, those that are compressed as they are and unpacked.
func (r *Redis) Everything() string {
	r.t.Helper()
	unpack, err := zstd.NewReader(nil)
	r.must(err)
	defer unpack.Close()
	client, ctx := r.Client(), r.t.Context()
	var all strings.Builder
	for _, key := range client.Keys(ctx, "*").Val() {
		switch kind := client.Type(ctx, key).Val(); kind {
		case "zset":
			fmt.Fprintln(&all, key, client.ZRangeWithScores(ctx, key, 0, -1).Val())
		case "string":
			value := client.Get(ctx, key).Val()
			fmt.Fprintln(&all, key, value)
			if at := strings.Index(value, "\x28\xb5\x2f\xfd"); at >= 0 { // zstd's magic number
				plain, err := unpack.DecodeAll([]byte(value[at:]), nil)
				r.must(err)
				all.Write(plain)
			}
		default:
			fmt.Fprintln(&all, key, kind)
		}
	}
	return all.String()
}
