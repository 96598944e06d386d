BEGIN TRANSACTION;
CREATE TABLE accounts (
    user_id TEXT PRIMARY KEY, registered_at INTEGER NOT NULL, subscriptions_cleared_at INTEGER
) WITHOUT ROWID;
INSERT INTO "accounts" VALUES('Zoe-1',1700000012500,NULL);
INSERT INTO "accounts" VALUES('_x',1700000013750,NULL);
INSERT INTO "accounts" VALUES('ann',1700000001250,NULL);
INSERT INTO "accounts" VALUES('ben',1700000002500,NULL);
INSERT INTO "accounts" VALUES('cleo',1700000003750,NULL);
INSERT INTO "accounts" VALUES('dora',1700000005000,NULL);
INSERT INTO "accounts" VALUES('eli',1700000006250,1700000613750);
INSERT INTO "accounts" VALUES('fay',1700000007500,NULL);
INSERT INTO "accounts" VALUES('gus',1700000008750,NULL);
INSERT INTO "accounts" VALUES('hal',1700000010000,NULL);
INSERT INTO "accounts" VALUES('ivy',1700000011250,NULL);
CREATE TABLE app (start INTEGER NOT NULL, console TEXT NOT NULL);
INSERT INTO "app" VALUES(1,'{"edition":"ultimate","user_status":"on","friend_status":"on","login_policy":"single","auto_register":"off"}');
CREATE TABLE devices (
    user_id TEXT NOT NULL REFERENCES accounts, instance_id TEXT NOT NULL, platform TEXT NOT NULL,
    device_name TEXT NOT NULL, state TEXT NOT NULL, login_order INTEGER NOT NULL,
    login_time INTEGER NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY (user_id, instance_id)
) WITHOUT ROWID;
INSERT INTO "devices" VALUES('Zoe-1','laptop','Linux','Zoe-1''s laptop','logged_out',14,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('Zoe-1','phone','Android','Zoe-1''s phone','lost',13,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('_x','first','Linux','_x''s first','logged_out',18,1700778426250,1700778436250);
INSERT INTO "devices" VALUES('ann','laptop','Linux','ann''s laptop','logged_out',3,1700000613750,1700000673750);
INSERT INTO "devices" VALUES('ann','phone','Android','ann''s phone','lost',2,1700000613750,1700000613750);
INSERT INTO "devices" VALUES('ann','terminal','Linux','ann''s terminal','live',25,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ben','laptop','Linux','ben''s laptop','lost',5,1700778273750,1700778333750);
INSERT INTO "devices" VALUES('ben','phone','iPhone','Bens Telefon ☎','logged_out',4,1700778273750,1700778273750);
INSERT INTO "devices" VALUES('cleo','ipad','iPad','cleo''s ipad','logged_out',10,1700778333750,1700778336250);
INSERT INTO "devices" VALUES('cleo','linux','Linux','cleo''s linux','logged_out',6,1700778333750,1700778334250);
INSERT INTO "devices" VALUES('cleo','mac','Mac','cleo''s mac','logged_out',7,1700778333750,1700778334750);
INSERT INTO "devices" VALUES('cleo','web','Web','cleo''s web','logged_out',9,1700778333750,1700778335750);
INSERT INTO "devices" VALUES('cleo','windows','Windows','cleo''s windows','logged_out',8,1700778333750,1700778335250);
INSERT INTO "devices" VALUES('dora','first','Linux','dora''s first','kicked',19,1700778436250,1700778439250);
INSERT INTO "devices" VALUES('dora','second','Linux','dora''s second','kicked',20,1700778439250,1700778445250);
INSERT INTO "devices" VALUES('dora','third','Linux','dora''s third','logged_out',21,1700778445250,1700778448250);
INSERT INTO "devices" VALUES('eli','laptop','Linux','eli''s laptop','lost',1,1700000013750,1700000013750);
INSERT INTO "devices" VALUES('gus','a','Android','gus''s a','lost',15,1700778336250,1700778366250);
INSERT INTO "devices" VALUES('gus','b','Web','gus''s b','lost',16,1700778366250,1700778396250);
INSERT INTO "devices" VALUES('gus','c','Linux','gus''s c','logged_out',17,1700778396250,1700778426250);
INSERT INTO "devices" VALUES('hal','laptop','Linux','hal''s laptop','logged_out',12,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('hal','phone','Android','hal''s phone','lost',11,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('ivy','desk','Windows','ivy''s desk','kicked',22,1700778448250,1700778451250);
INSERT INTO "devices" VALUES('ivy','new','Mac','ivy''s new','live',24,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ivy','old','Mac','ivy''s old','kicked',23,1700778448250,1700778451250);
CREATE TABLE friends (
    owner TEXT NOT NULL REFERENCES accounts, friend TEXT NOT NULL REFERENCES accounts,
    PRIMARY KEY (owner, friend)
) WITHOUT ROWID;
INSERT INTO "friends" VALUES('Zoe-1','ann');
INSERT INTO "friends" VALUES('_x','ann');
INSERT INTO "friends" VALUES('ann','Zoe-1');
INSERT INTO "friends" VALUES('ann','_x');
INSERT INTO "friends" VALUES('ann','ben');
INSERT INTO "friends" VALUES('ann','cleo');
INSERT INTO "friends" VALUES('ben','ann');
INSERT INTO "friends" VALUES('ben','cleo');
INSERT INTO "friends" VALUES('cleo','ann');
INSERT INTO "friends" VALUES('cleo','ben');
CREATE TABLE subscriptions (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    user_id TEXT NOT NULL REFERENCES accounts, UNIQUE (owner, user_id)
);
INSERT INTO "subscriptions" VALUES(3,'ann','ivy');
INSERT INTO "subscriptions" VALUES(6,'ann','_x');
INSERT INTO "subscriptions" VALUES(7,'ann','Zoe-1');
INSERT INTO "subscriptions" VALUES(8,'ann','hal');
INSERT INTO "subscriptions" VALUES(9,'ben','cleo');
INSERT INTO "subscriptions" VALUES(10,'ben','ann');
INSERT INTO "subscriptions" VALUES(11,'ben','fay');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscriptions',11);
COMMIT;
PRAGMA user_version = 1;
