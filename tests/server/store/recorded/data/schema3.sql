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
INSERT INTO "app" VALUES(1,'{"edition":"standard","user_status":"on","friend_status":"off","login_policy":"platform","auto_register":"off"}');
CREATE TABLE applications (
    place INTEGER PRIMARY KEY AUTOINCREMENT, asker TEXT NOT NULL REFERENCES accounts,
    receiver TEXT NOT NULL REFERENCES accounts, add_time INTEGER NOT NULL, wording TEXT NOT NULL,
    remark TEXT NOT NULL, friend_group TEXT NOT NULL, is_read INTEGER NOT NULL,
    UNIQUE (asker, receiver)
);
INSERT INTO "applications" VALUES(2,'hal','ann',1700780586950,'me too','','',1);
INSERT INTO "applications" VALUES(4,'gus','ann',1700780590950,'please','Ann','',0);
INSERT INTO "applications" VALUES(5,'gus','eli',1700780592950,'','','',1);
INSERT INTO "applications" VALUES(6,'hal','eli',1700780594950,'at once','','',1);
INSERT INTO "applications" VALUES(8,'ann','eli',1700780594950,'both ways','','',0);
CREATE TABLE blocked (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    user_id TEXT NOT NULL REFERENCES accounts, UNIQUE (owner, user_id)
);
INSERT INTO "blocked" VALUES(1,'ben','hal');
INSERT INTO "blocked" VALUES(2,'ben','gus');
INSERT INTO "blocked" VALUES(4,'ivy','ann');
INSERT INTO "blocked" VALUES(5,'ivy','_x');
INSERT INTO "blocked" VALUES(7,'ivy','cleo');
INSERT INTO "blocked" VALUES(8,'cleo','ivy');
CREATE TABLE devices (
    user_id TEXT NOT NULL REFERENCES accounts, instance_id TEXT NOT NULL, platform TEXT NOT NULL,
    device_name TEXT NOT NULL, state TEXT NOT NULL, login_order INTEGER NOT NULL,
    login_time INTEGER NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY (user_id, instance_id)
) WITHOUT ROWID;
INSERT INTO "devices" VALUES('Zoe-1','laptop','Linux','Zoe-1''s laptop','logged_out',14,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('Zoe-1','phone','Android','Zoe-1''s phone','lost',13,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('Zoe-1','talking','Web','Zoe-1''s talking','logged_out',34,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('_x','first','Linux','_x''s first','logged_out',18,1700778426250,1700778436250);
INSERT INTO "devices" VALUES('_x','social','iPad','_x''s social','live',43,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('_x','talking','Web','_x''s talking','logged_out',35,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('ann','laptop','Linux','ann''s laptop','logged_out',3,1700000613750,1700000673750);
INSERT INTO "devices" VALUES('ann','phone','Android','ann''s phone','lost',2,1700000613750,1700000613750);
INSERT INTO "devices" VALUES('ann','social','iPad','ann''s social','live',36,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('ann','talking','Web','ann''s talking','live',26,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ann','terminal','Linux','ann''s terminal','live',25,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ben','laptop','Linux','ben''s laptop','lost',5,1700778273750,1700778333750);
INSERT INTO "devices" VALUES('ben','phone','iPhone','Bens Telefon ☎','logged_out',4,1700778273750,1700778273750);
INSERT INTO "devices" VALUES('ben','social','iPad','ben''s social','live',37,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('ben','talking','Web','ben''s talking','live',27,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('cleo','ipad','iPad','cleo''s ipad','logged_out',10,1700778333750,1700778336250);
INSERT INTO "devices" VALUES('cleo','linux','Linux','cleo''s linux','logged_out',6,1700778333750,1700778334250);
INSERT INTO "devices" VALUES('cleo','mac','Mac','cleo''s mac','logged_out',7,1700778333750,1700778334750);
INSERT INTO "devices" VALUES('cleo','social','iPad','cleo''s social','live',38,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('cleo','talking','Web','cleo''s talking','lost',28,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('cleo','web','Web','cleo''s web','logged_out',9,1700778333750,1700778335750);
INSERT INTO "devices" VALUES('cleo','windows','Windows','cleo''s windows','logged_out',8,1700778333750,1700778335250);
INSERT INTO "devices" VALUES('dora','first','Linux','dora''s first','kicked',19,1700778436250,1700778439250);
INSERT INTO "devices" VALUES('dora','second','Linux','dora''s second','kicked',20,1700778439250,1700778445250);
INSERT INTO "devices" VALUES('dora','talking','Web','dora''s talking','live',29,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('dora','third','Linux','dora''s third','logged_out',21,1700778445250,1700778448250);
INSERT INTO "devices" VALUES('eli','laptop','Linux','eli''s laptop','lost',1,1700000013750,1700000013750);
INSERT INTO "devices" VALUES('eli','social','iPad','eli''s social','live',39,1700780584950,1700780584950);
INSERT INTO "devices" VALUES('eli','talking','Web','eli''s talking','logged_out',30,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('fay','talking','Web','fay''s talking','logged_out',31,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('gus','a','Android','gus''s a','lost',15,1700778336250,1700778366250);
INSERT INTO "devices" VALUES('gus','b','Web','gus''s b','lost',16,1700778366250,1700778396250);
INSERT INTO "devices" VALUES('gus','c','Linux','gus''s c','logged_out',17,1700778396250,1700778426250);
INSERT INTO "devices" VALUES('gus','social','iPad','gus''s social','lost',40,1700780584950,1700780698950);
INSERT INTO "devices" VALUES('gus','talking','Web','gus''s talking','logged_out',32,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('hal','laptop','Linux','hal''s laptop','logged_out',12,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('hal','phone','Android','hal''s phone','lost',11,1700778336250,1700778336250);
INSERT INTO "devices" VALUES('hal','social','iPad','hal''s social','logged_out',41,1700780584950,1700780705950);
INSERT INTO "devices" VALUES('hal','talking','Web','hal''s talking','lost',33,1700778451250,1700780584950);
INSERT INTO "devices" VALUES('ivy','desk','Windows','ivy''s desk','live',22,1700778448250,1700778448250);
INSERT INTO "devices" VALUES('ivy','new','Mac','ivy''s new','live',24,1700778451250,1700778451250);
INSERT INTO "devices" VALUES('ivy','old','Mac','ivy''s old','kicked',23,1700778448250,1700778451250);
INSERT INTO "devices" VALUES('ivy','social','iPad','ivy''s social','live',42,1700780584950,1700780584950);
CREATE TABLE friend_groups (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    name TEXT NOT NULL, UNIQUE (owner, name)
);
INSERT INTO "friend_groups" VALUES(1,'_x','asked');
INSERT INTO "friend_groups" VALUES(2,'ann','Büro');
INSERT INTO "friend_groups" VALUES(3,'ann','empty');
INSERT INTO "friend_groups" VALUES(4,'ann','a first');
CREATE TABLE friends (
    owner TEXT NOT NULL REFERENCES accounts, friend TEXT NOT NULL REFERENCES accounts, remark TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner, friend)
) WITHOUT ROWID;
INSERT INTO "friends" VALUES('Zoe-1','ann','');
INSERT INTO "friends" VALUES('_x','ann','');
INSERT INTO "friends" VALUES('_x','eli','Eli''');
INSERT INTO "friends" VALUES('ann','Zoe-1','');
INSERT INTO "friends" VALUES('ann','_x','');
INSERT INTO "friends" VALUES('ann','ben','Benjamin 🐻');
INSERT INTO "friends" VALUES('ann','cleo','');
INSERT INTO "friends" VALUES('ben','ann','');
INSERT INTO "friends" VALUES('ben','cleo','');
INSERT INTO "friends" VALUES('cleo','ann','');
INSERT INTO "friends" VALUES('cleo','ben','');
INSERT INTO "friends" VALUES('eli','_x','the x');
INSERT INTO "friends" VALUES('gus','_x','');
CREATE TABLE grouped_friends (
    owner TEXT NOT NULL, name TEXT NOT NULL, friend TEXT NOT NULL,
    PRIMARY KEY (owner, name, friend),
    FOREIGN KEY (owner, name) REFERENCES friend_groups (owner, name)
        ON DELETE CASCADE ON UPDATE CASCADE,
    FOREIGN KEY (owner, friend) REFERENCES friends (owner, friend) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "grouped_friends" VALUES('_x','asked','eli');
INSERT INTO "grouped_friends" VALUES('ann','Büro','ben');
INSERT INTO "grouped_friends" VALUES('ann','a first','ben');
INSERT INTO "grouped_friends" VALUES('ann','Büro','cleo');
CREATE TABLE messages (
    low TEXT NOT NULL REFERENCES accounts, high TEXT NOT NULL REFERENCES accounts,
    seq INTEGER NOT NULL, version INTEGER NOT NULL, sender TEXT NOT NULL, msg_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL, elem_type INTEGER NOT NULL, text TEXT NOT NULL, data BLOB NOT NULL,
    cloud_custom_data TEXT NOT NULL, revoked INTEGER NOT NULL, deleted_low INTEGER NOT NULL,
    deleted_high INTEGER NOT NULL, UNIQUE (low, high, seq), UNIQUE (sender, msg_id)
);
INSERT INTO "messages" VALUES('ann','ben',1,23,'ann','ann-ben-1',1700778451250,1,'good morning 0',X'','',0,1,1);
INSERT INTO "messages" VALUES('ann','ben',2,24,'ann','ann-ben-2',1700778512950,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,1);
INSERT INTO "messages" VALUES('ann','ben',3,20,'ben','ben-ann-3',1700778513350,1,'zwei
Zeilen	und ein Tab 2',X'','',0,1,0);
INSERT INTO "messages" VALUES('ann','ben',4,21,'ann','ann-ben-4',1700778575050,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,1,0);
INSERT INTO "messages" VALUES('ann','ben',5,22,'ann','ann-ben-5',1700778575450,1,'  a line separator ‮ and bidi 4',X'','',0,1,0);
INSERT INTO "messages" VALUES('ann','ben',6,6,'ben','ben-ann-6',1700778637150,1,'good morning 5',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',7,7,'ann','ann-ben-7',1700778637550,1,'it''s "quoted"; -- isn''t it? 6',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',8,8,'ann','ann-ben-8',1700778699250,1,'zwei
Zeilen	und ein Tab 7',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',9,9,'ben','ben-ann-9',1700778699650,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 8',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',10,10,'ann','ann-ben-10',1700778761350,1,'  a line separator ‮ and bidi 9',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',11,11,'ann','ann-ben-11',1700778761750,1,'good morning 10',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',12,12,'ben','ben-ann-12',1700778823450,1,'it''s "quoted"; -- isn''t it? 11',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',13,13,'ann','ann-ben-13',1700778823850,1,'zwei
Zeilen	und ein Tab 12',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',14,14,'ann','ann-ben-14',1700778885550,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 13',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',15,15,'ben','ben-ann-15',1700778885950,1,'  a line separator ‮ and bidi 14',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',16,16,'ann','ann-ben-16',1700778947650,1,'good morning 15',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','ben',17,17,'ann','ann-ben-17',1700778948050,1,'it''s "quoted"; -- isn''t it? 16',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','cleo',1,1,'ann','ann-cleo-18',1700779009750,1,'good morning 0',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','cleo',2,12,'ann','ann-cleo-19',1700779071450,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,0);
INSERT INTO "messages" VALUES('ann','cleo',3,3,'cleo','cleo-ann-20',1700779071850,1,'zwei
Zeilen	und ein Tab 2',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','cleo',4,4,'ann','ann-cleo-21',1700779133550,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','cleo',5,15,'ann','ann-cleo-22',1700779133950,1,'  a line separator ‮ and bidi 4',X'','',0,1,1);
INSERT INTO "messages" VALUES('ann','cleo',6,6,'cleo','cleo-ann-23',1700779195650,1,'good morning 5',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','cleo',7,16,'ann','ann-cleo-24',1700779196050,1,'it''s "quoted"; -- isn''t it? 6',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','cleo',8,14,'ann','ann-cleo-25',1700779257750,1,'zwei
Zeilen	und ein Tab 7',X'','',0,1,0);
INSERT INTO "messages" VALUES('ann','cleo',9,9,'cleo','cleo-ann-26',1700779258150,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 8',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','cleo',10,17,'ann','ann-cleo-27',1700779319850,1,'  a line separator ‮ and bidi 9',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','cleo',11,11,'ann','ann-cleo-28',1700779320250,1,'good morning 10',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','cleo',12,21,'cleo','cleo-ann-29',1700779381950,1,'good morning 0',X'','',0,1,0);
INSERT INTO "messages" VALUES('ann','cleo',13,19,'cleo','cleo-ann-30',1700779443650,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','cleo',14,20,'ann','ann-cleo-31',1700779444050,1,'zwei
Zeilen	und ein Tab 2',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','dora',1,6,'ann','ann-dora-32',1700779505750,1,'good morning 0',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','dora',2,7,'ann','ann-dora-33',1700779567450,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','dora',3,8,'dora','dora-ann-34',1700779567850,1,'zwei
Zeilen	und ein Tab 2',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','dora',4,9,'ann','ann-dora-35',1700779629550,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','dora',5,10,'ann','ann-dora-36',1700779629950,1,'  a line separator ‮ and bidi 4',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','dora',6,11,'ann','ann-dora-37',1700779701650,1,'new after the deletion',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','dora',7,12,'ann','ann-dora-38',1700779701650,1,'and another one',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','dora',8,13,'dora','dora-ann-39',1700779701650,1,'an answer',X'','',0,0,0);
INSERT INTO "messages" VALUES('ann','eli',1,5,'ann','ann-eli-40',1700779701650,1,'unread 0',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','eli',2,6,'ann','ann-eli-41',1700779701650,1,'unread 1',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','eli',3,7,'ann','ann-eli-42',1700779701650,1,'unread 2',X'','',0,0,1);
INSERT INTO "messages" VALUES('ann','eli',4,8,'ann','ann-eli-43',1700779701650,1,'unread 3',X'','',0,0,1);
INSERT INTO "messages" VALUES('ben','cleo',1,10,'ben','ben-cleo-44',1700779701650,1,'good morning 0',X'','',0,0,1);
INSERT INTO "messages" VALUES('ben','cleo',2,11,'ben','ben-cleo-45',1700779763350,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,0,1);
INSERT INTO "messages" VALUES('ben','cleo',3,12,'cleo','cleo-ben-46',1700779763750,1,'zwei
Zeilen	und ein Tab 2',X'','',0,0,1);
INSERT INTO "messages" VALUES('ben','cleo',4,13,'ben','ben-cleo-47',1700779825450,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,0,1);
INSERT INTO "messages" VALUES('ben','cleo',5,8,'ben','ben-cleo-48',1700779825850,1,'  a line separator ‮ and bidi 4',X'','',0,0,1);
INSERT INTO "messages" VALUES('ben','cleo',6,9,'cleo','cleo-ben-49',1700779887550,1,'good morning 5',X'','',0,1,1);
INSERT INTO "messages" VALUES('ben','cleo',7,15,'ben','ben-cleo-50',1700779887950,1,'between the deletions',X'','',0,0,1);
INSERT INTO "messages" VALUES('ben','cleo',8,16,'ben','ben-cleo-51',1700779887950,1,'after both of them',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','dora',1,1,'ben','ben-dora-52',1700779887950,1,'to be recalled? 0',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','dora',2,17,'ben','ben-dora-53',1700779887950,1,'',X'','',1,1,0);
INSERT INTO "messages" VALUES('ben','dora',3,15,'ben','ben-dora-54',1700779887950,1,'',X'','',1,0,1);
INSERT INTO "messages" VALUES('ben','dora',4,4,'ben','ben-dora-55',1700779887950,1,'to be recalled? 3',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','dora',5,12,'ben','ben-dora-56',1700779887950,1,'',X'','',1,0,1);
INSERT INTO "messages" VALUES('ben','dora',6,18,'ben','ben-dora-57',1700779887950,1,'',X'','',1,1,1);
INSERT INTO "messages" VALUES('ben','dora',7,7,'ben','ben-dora-58',1700779887950,1,'to be recalled? 6',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','dora',8,14,'ben','ben-dora-59',1700779887950,1,'',X'','',1,0,0);
INSERT INTO "messages" VALUES('ben','eli',1,1,'ben','ben-eli-60',1700780012950,1,'part 0',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','eli',2,2,'ben','ben-eli-61',1700780013950,1,'part 1',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','eli',3,3,'ben','ben-eli-62',1700780014950,1,'part 2',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','eli',4,4,'ben','ben-eli-63',1700780015950,1,'part 3',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','eli',5,8,'ben','ben-eli-64',1700780016950,1,'part 4',X'','',0,0,1);
INSERT INTO "messages" VALUES('ben','eli',6,6,'ben','ben-eli-65',1700780017950,1,'part 5',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','eli',7,7,'eli','eli-ben-66',1700780018950,1,'one back',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','eli',8,9,'ben','ben-eli-67',1700780018950,1,'after the clock was put back',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','dora',9,19,'ben','ben-dora-68',1700780019950,1,'kept without a push',X'','',0,0,0);
INSERT INTO "messages" VALUES('gus','hal',1,2,'hal','hal-gus-69',1700780019950,1,'muted',X'','',0,1,0);
INSERT INTO "messages" VALUES('fay','hal',1,2,'fay','fay-hal-70',1700780019950,1,'the only one',X'','',0,0,1);
INSERT INTO "messages" VALUES('Zoe-1','_x',1,17,'Zoe-1','Zoe-1-_x-71',1700780020950,2,'',X'00FFFE2062696E6172792080','',0,0,1);
INSERT INTO "messages" VALUES('Zoe-1','_x',2,2,'Zoe-1','Zoe-1-_x-72',1700780020950,2,'',X'7B226A736F6E223A20226F6620616E20617070227D','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',3,3,'Zoe-1','Zoe-1-_x-73',1700780020950,2,'',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F606162636465666768696A6B6C6D6E6F707172737475767778797A7B7C7D7E7F808182838485868788898A8B8C8D8E8F909192939495969798999A9B9C9D9E9FA0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBFC0C1C2C3C4C5C6C7C8C9CACBCCCDCECFD0D1D2D3D4D5D6D7D8D9DADBDCDDDEDFE0E1E2E3E4E5E6E7E8E9EAEBECEDEEEFF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',4,4,'_x','_x-Zoe-1-74',1700780020950,1,'a reply',X'','{"messageReply": {"messageID": "m", "messageSender": "_x", "messageAbstract": "…"}}',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',5,5,'Zoe-1','Zoe-1-_x-75',1700780020950,2,'',X'00','''beside data''',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',6,6,'_x','the-same',1700780020950,1,'once',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',7,7,'_x','r1-2-3-Zoe-1',1700780020950,1,'named like one of an admin',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',8,8,'Zoe-1','Zoe-1-_x-80',1700780020950,1,'at once 0',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',9,18,'Zoe-1','Zoe-1-_x-81',1700780020950,1,'at once 1',X'','',0,0,1);
INSERT INTO "messages" VALUES('Zoe-1','_x',10,10,'Zoe-1','Zoe-1-_x-82',1700780020950,1,'at once 2',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',11,11,'Zoe-1','Zoe-1-_x-83',1700780020950,1,'at once 3',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',12,12,'_x','_x-Zoe-1-84',1700780021050,1,'in one second 0',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',13,13,'_x','_x-Zoe-1-85',1700780021150,1,'in one second 1',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',14,14,'_x','_x-Zoe-1-86',1700780021250,1,'in one second 2',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',15,15,'_x','_x-Zoe-1-87',1700780021350,1,'in one second 3',X'','',0,0,0);
INSERT INTO "messages" VALUES('Zoe-1','_x',16,16,'_x','_x-Zoe-1-88',1700780021450,1,'in one second 4',X'','',0,0,0);
INSERT INTO "messages" VALUES('dora','eli',1,17,'dora','dora-eli-89',1700780021450,1,'good morning 0',X'','',0,1,1);
INSERT INTO "messages" VALUES('dora','eli',2,18,'dora','dora-eli-90',1700780083150,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,1);
INSERT INTO "messages" VALUES('dora','eli',3,19,'eli','eli-dora-91',1700780083550,1,'zwei
Zeilen	und ein Tab 2',X'','',0,1,1);
INSERT INTO "messages" VALUES('dora','eli',4,20,'dora','dora-eli-92',1700780145250,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,1,1);
INSERT INTO "messages" VALUES('dora','eli',5,21,'dora','dora-eli-93',1700780145650,1,'  a line separator ‮ and bidi 4',X'','',0,1,0);
INSERT INTO "messages" VALUES('dora','eli',6,22,'eli','eli-dora-94',1700780207350,1,'good morning 5',X'','',0,1,1);
INSERT INTO "messages" VALUES('dora','eli',7,23,'dora','dora-eli-95',1700780207750,1,'it''s "quoted"; -- isn''t it? 6',X'','',0,1,0);
INSERT INTO "messages" VALUES('dora','eli',8,15,'dora','dora-eli-96',1700780269450,1,'zwei
Zeilen	und ein Tab 7',X'','',0,1,0);
INSERT INTO "messages" VALUES('dora','eli',9,16,'eli','eli-dora-97',1700780269850,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 8',X'','',0,1,0);
INSERT INTO "messages" VALUES('dora','eli',10,25,'eli','eli-dora-98',1700780331550,1,'the list has it again',X'','',0,1,0);
INSERT INTO "messages" VALUES('Zoe-1','ann',1,9,'ann','ann-Zoe-1-99',1700780331550,1,'good morning 0',X'','',0,1,1);
INSERT INTO "messages" VALUES('Zoe-1','ann',2,10,'ann','ann-Zoe-1-100',1700780393250,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,1);
INSERT INTO "messages" VALUES('Zoe-1','ann',3,11,'Zoe-1','Zoe-1-ann-101',1700780393650,1,'zwei
Zeilen	und ein Tab 2',X'','',0,1,1);
INSERT INTO "messages" VALUES('Zoe-1','ann',4,12,'ann','ann-Zoe-1-102',1700780455350,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,1,1);
INSERT INTO "messages" VALUES('_x','ann',1,9,'ann','ann-_x-103',1700780455750,1,'good morning 0',X'','',0,1,1);
INSERT INTO "messages" VALUES('_x','ann',2,10,'ann','ann-_x-104',1700780517450,1,'it''s "quoted"; -- isn''t it? 1',X'','',0,1,1);
INSERT INTO "messages" VALUES('_x','ann',3,11,'_x','_x-ann-105',1700780517850,1,'zwei
Zeilen	und ein Tab 2',X'','',0,1,1);
INSERT INTO "messages" VALUES('_x','ann',4,12,'ann','ann-_x-106',1700780579550,1,'日本語 👩‍👩‍👧‍👦 🇨🇭 3',X'','',0,1,1);
INSERT INTO "messages" VALUES('_x','ann',5,13,'ann','ann-_x-107',1700780579950,1,'anew',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','hal',1,1,'ben','ben-hal-108',1700780598950,1,'before the block',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','hal',2,2,'hal','hal-ben-109',1700780598950,1,'an answer',X'','',0,0,0);
INSERT INTO "messages" VALUES('ben','hal',3,3,'ben','ben-hal-110',1700780598950,1,'whoever blocks can write',X'','',0,0,0);
CREATE TABLE profiles (
    user_id TEXT PRIMARY KEY REFERENCES accounts, nick_name TEXT NOT NULL,
    self_signature TEXT NOT NULL, allow_type INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "profiles" VALUES('ann','Ann 安','it''s me; ''really''',1);
INSERT INTO "profiles" VALUES('cleo','Cleo','',2);
INSERT INTO "profiles" VALUES('eli','','',1);
INSERT INTO "profiles" VALUES('gus','','xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',0);
CREATE TABLE sides (
    owner TEXT NOT NULL REFERENCES accounts, peer TEXT NOT NULL REFERENCES accounts,
    read_seq INTEGER NOT NULL, read_at INTEGER NOT NULL, pinned INTEGER NOT NULL,
    recv_opt INTEGER NOT NULL, PRIMARY KEY (owner, peer)
) WITHOUT ROWID;
INSERT INTO "sides" VALUES('Zoe-1','_x',16,1700780021450,0,0);
INSERT INTO "sides" VALUES('Zoe-1','ann',4,1700780455750,0,0);
INSERT INTO "sides" VALUES('_x','Zoe-1',0,0,0,0);
INSERT INTO "sides" VALUES('_x','ann',4,1700780579950,0,0);
INSERT INTO "sides" VALUES('ann','Zoe-1',0,0,0,0);
INSERT INTO "sides" VALUES('ann','_x',0,0,0,0);
INSERT INTO "sides" VALUES('ann','ben',17,1700779009750,0,0);
INSERT INTO "sides" VALUES('ann','cleo',0,0,0,0);
INSERT INTO "sides" VALUES('ann','dora',0,0,1,0);
INSERT INTO "sides" VALUES('ann','ivy',0,0,1,0);
INSERT INTO "sides" VALUES('ben','ann',4,1700779009750,1,0);
INSERT INTO "sides" VALUES('ben','cleo',0,0,0,0);
INSERT INTO "sides" VALUES('ben','dora',0,0,0,0);
INSERT INTO "sides" VALUES('cleo','ann',0,0,0,2);
INSERT INTO "sides" VALUES('cleo','ben',7,1700779887950,0,0);
INSERT INTO "sides" VALUES('dora','ann',5,1700779691650,0,0);
INSERT INTO "sides" VALUES('dora','ben',3,1700779887950,0,1);
INSERT INTO "sides" VALUES('dora','eli',9,1700780331550,0,0);
INSERT INTO "sides" VALUES('eli','ann',4,1700779701650,0,0);
INSERT INTO "sides" VALUES('eli','ben',3,1700780018950,0,0);
INSERT INTO "sides" VALUES('eli','dora',0,0,0,0);
INSERT INTO "sides" VALUES('fay','gus',0,0,1,0);
INSERT INTO "sides" VALUES('gus','fay',0,0,0,0);
INSERT INTO "sides" VALUES('gus','hal',1,1700780019950,0,2);
INSERT INTO "sides" VALUES('hal','cleo',0,0,0,1);
INSERT INTO "sides" VALUES('hal','fay',0,0,0,0);
INSERT INTO "sides" VALUES('hal','gus',0,0,0,1);
INSERT INTO "sides" VALUES('hal','ivy',0,0,0,2);
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
CREATE INDEX messages_by_version ON messages (low, high, version);
CREATE INDEX grouped_friends_by_friend ON grouped_friends (owner, friend);
CREATE INDEX applications_by_receiver ON applications (receiver);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscriptions',11);
INSERT INTO "sqlite_sequence" VALUES('applications',9);
INSERT INTO "sqlite_sequence" VALUES('friend_groups',5);
INSERT INTO "sqlite_sequence" VALUES('blocked',8);
COMMIT;
PRAGMA user_version = 3;
