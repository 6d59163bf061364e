"""That nobody touched what is below a folder: names, kinds, sizes, times and inodes before and after."""
import os


class Witness:
    def __init__(self, *folders):
        self.folders = folders
        self.before = self.look()

    def look(self):
        found = {}
        for folder in self.folders:
            for here, folders, files in os.walk(folder):
                for name in (*folders, *files):
                    path = os.path.join(here, name)
                    st = os.lstat(path)
                    found[path] = (st.st_mode, st.st_ino, st.st_size, st.st_mtime_ns, st.st_ctime_ns, st.st_nlink)
        return found

    def changes(self):
        after = self.look()
        paths = sorted(self.before.keys() ^ after.keys() | {p for p in self.before.keys() & after.keys() if self.before[p] != after[p]})
        return [f"touched: {path}" for path in paths]
