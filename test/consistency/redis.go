package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"timeslots/test/rig"
)

// errNoRedis names the fix.
var errNoRedis = errors.New("redis-server is not installed; on Debian: apt-get install redis-server (or -no-redis)")

// redisServer is a real one that keeps nothing on disk: after a restart it is empty. A deaf one takes no subscriptions.
type redisServer struct {
	*rig.Process
	addr string
}

func newRedisServer(dir, addr string, deaf bool) (*redisServer, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, errNoRedis
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	args := []string{"--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", dir}
	if deaf {
		args = append(args, "--rename-command", "SUBSCRIBE", "") // an empty name: gone
	}
	p := rig.NewProcess(dir, "redis", path, args...)
	return &redisServer{Process: p, addr: addr}, nil
}

// begin starts it and waits until it answers.
func (r *redisServer) begin(ctx context.Context) error {
	if err := r.Start(); err != nil {
		return err
	}
	return r.Await(ctx, func(ctx context.Context) error { return r.do(ctx, "PING") })
}

// do sends a command without arguments and wants a simple string back.
func (r *redisServer) do(ctx context.Context, command string) error {
	var d net.Dialer
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", r.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if _, err := conn.Write([]byte("*1\r\n$" + strconv.Itoa(len(command)) + "\r\n" + command + "\r\n")); err != nil {
		return fmt.Errorf("redis: %s: %w", command, err)
	}
	reply, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.HasPrefix(reply, "+") {
		err = errors.New(strings.TrimSpace(reply))
	}
	if err != nil {
		return fmt.Errorf("redis: %s: %w", command, err)
	}
	return nil
}
