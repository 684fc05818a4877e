/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an Alluxio is to us: its masters, of which one leads, and the workers that were met so far.
 * A client belongs to one thread; after a fork it makes connections of its own.
 */
#ifndef ALX_MASTER_H
#define ALX_MASTER_H

#include "alx_probe.h"

enum { ALX_MOST_HOLDERS = 8 };

typedef enum alx_short_circuit { ALX_LOCAL_AUTO, ALX_LOCAL_NEVER, ALX_LOCAL_ALWAYS } alx_short_circuit;

typedef struct alx_worker alx_worker;
struct alx_worker {
  alx_rpc *rpc;
  bool no_local;         /* its block files are not to be seen from here */
  int64_t down_until_ms; /* it failed a moment ago: ask it last */
  alx_worker *next;
};

typedef struct alx_client {
  alx_rpc *masters[ALX_MOST_MASTERS];
  size_t master_count, leader;
  bool has_leader;
  alx_worker *workers;
  char user[128];
  int64_t timeout_ms; /* of a call to a master, and of silence while data moves */
  alx_short_circuit short_circuit;
  alx_limits limits;
  size_t holders; /* besides the one who made it: its readers */
} alx_client;

/* `masters` is "host:port,host:port" (an IPv6 address in brackets). NULL after a failure. */
alx_client *alx_client_new(const char *masters, const char *user, int64_t timeout_ms,
                           alx_short_circuit short_circuit, alx_status *status);
/* Once for the one who made it, and for each that holds it. */
void alx_client_free(alx_client *client);
/* A new operation begins, which nobody has interrupted yet. */
void alx_client_begin(alx_client *client);
/* A worker by its address; NULL without memory. */
alx_worker *alx_client_worker(alx_client *client, const char *host, int port);
/* From now on each piece of data may take timeout_ms. */
void alx_client_data_limits(alx_client *client);

/* A block of a file, and who holds it, fastest tier first. */
typedef struct alx_block {
  int64_t id;
  uint64_t offset, length;
  size_t holder_count;
  alx_worker *holders[ALX_MOST_HOLDERS];
} alx_block;

typedef struct alx_file_status {
  int64_t file_id, modified_ms, mount_id;
  uint64_t length, block_size;
  int32_t mode;
  bool completed, folder, persisted, in_ufs;
  char *owner, *group, *ufs_path;
  alx_block *blocks;
  size_t block_count;
} alx_file_status;

void alx_file_status_free(alx_file_status *status);

/* What a look at a path may cost the UFS: nothing; a first listing; a listing. */
typedef enum alx_load { ALX_LOAD_NEVER = 0, ALX_LOAD_ONCE = 1, ALX_LOAD_ALWAYS = 2 } alx_load;
/* Numbers of the protocol. MUST_CACHE is in the workers' memory and nowhere else. */
typedef enum alx_write_type {
  ALX_MUST_CACHE = 1,
  ALX_CACHE_THROUGH = 3,
  ALX_THROUGH = 4
} alx_write_type;

/* Calls of the leader. Each takes at most the client's timeout, waiting for a leader included. */
int alx_get_status(alx_client *client, const char *path, alx_load load, alx_file_status *found,
                   alx_status *status);
int alx_create_file(alx_client *client, const char *path, uint64_t block_size, alx_write_type type,
                    int mode, bool overwrite, alx_file_status *made, alx_status *status);
int alx_new_block_id(alx_client *client, const char *path, int64_t *id, alx_status *status);
/* The master believes `ufs_length`: a wrong one cuts or loses the file. Pass NULL for none. */
int alx_complete_file(alx_client *client, const char *path, const uint64_t *ufs_length,
                      const char *content_hash, alx_status *status);
int alx_remove(alx_client *client, const char *path, alx_status *status);
/* Those that the master counts as live, at most `room`. */
int alx_live_workers(alx_client *client, alx_worker **into, size_t room, size_t *count,
                     alx_status *status);
/* "host:port" of the leader. */
int alx_find_leader(alx_client *client, char *into, size_t room, alx_status *status);

#endif
