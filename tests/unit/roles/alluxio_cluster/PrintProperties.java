// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;

/** Prints, for each file named, what java.util.Properties makes of it: FILE KEY VALUE, key and value in base64. */
class PrintProperties {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      Properties properties = new Properties();
      try (FileInputStream in = new FileInputStream(file)) {
        properties.load(in);
      }
      for (String key : properties.stringPropertyNames()) {
        System.out.println(file + " " + base64(key) + " " + base64(properties.getProperty(key)));
      }
    }
  }

  private static String base64(String text) {
    return "=" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
