package store_test

import (
	"testing"

	"lineman/internal/store"
)

// TestReachReason holds that each reason for which a server is not reached is
// told once, without what the address says already.
func TestReachReason(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"two tries": {
			"failed to connect to `user=a database=b`:\n\t127.0.0.1:1 (db): dial error: dial tcp 127.0.0.1:1: connect: connection refused\n\t127.0.0.1:1 (db): dial error: dial tcp 127.0.0.1:1: connect: connection refused",
			"dial tcp 127.0.0.1:1: connect: connection refused"},
		"two addresses": {
			"failed to connect to `user=a database=b`:\n\t[::1]:1 (db): dial error: dial tcp [::1]:1: connect: connection refused\n\t127.0.0.1:1 (db): dial error: timeout: context deadline exceeded",
			"dial tcp [::1]:1: connect: connection refused; timeout: context deadline exceeded"},
		"one": {
			"failed to connect to `user=a database=b`: hostname resolving error: lookup db.invalid: no such host",
			"lookup db.invalid: no such host"},
		"without TLS": {
			"failed to connect to `user=a database=b`:\n\t127.0.0.1:1 (db): tls error: server refused TLS connection\n\t127.0.0.1:1 (db): server error: FATAL: password authentication failed for user \"a\" (SQLSTATE 28P01)",
			`FATAL: password authentication failed for user "a" (SQLSTATE 28P01)`},
		"TLS only": {
			"failed to connect to `user=a database=b`: 127.0.0.1:1 (db): tls error: server refused TLS connection",
			"server refused TLS connection"},
		"unknown": {"something else", "something else"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := store.ReachReason(test.text); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
